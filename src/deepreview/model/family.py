"""Whose voice a name is: two models of one maker count as one."""

import re

_FAMILIES = (
    ("claude", ("claude", "anthropic", "opus", "sonnet", "haiku", "fable")),
    ("gpt", ("codex", "gpt", "openai", "chatgpt", "copilot")),
    ("gemini", ("gemini", "google", "jules")),
    ("qwen", ("qwen", "alibaba")),
    ("llama", ("llama", "meta-ai")),
    ("mistral", ("mistral", "codestral", "devstral")),
    ("deepseek", ("deepseek",)),
    ("glm", ("glm", "zhipu")),
)


def family_of(name: str, otherwise: str = "") -> str:
    """The maker's voice that a name stands for; else `otherwise`, or the name itself."""
    words = set(re.findall(r"[a-z]+", name.lower()))
    return next((family for family, known in _FAMILIES if words & set(known)), otherwise or word(name))


def word(text: str) -> str:
    """A name as one lower-case word that is safe in a file's name: `Claude Opus 4.6` is `claude-opus-4.6`."""
    plain = re.sub(r"[^\w.+-]+", "-", text.strip().lower(), flags=re.ASCII).strip("-.")[:60]
    return plain or "reviewer"
