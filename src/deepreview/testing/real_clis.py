"""The real agent command lines that `tests/agents/install_clis.sh` installs: where they are, how a test starts them.

Everything is started with an environment made from nothing, a home of its own, a key that is worth nothing, and a
model server of ours as the only address it knows.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = "DEEPREVIEW_TEST_CLIS"
"""The variable that names the folder they are installed in."""
UNLESS_TOLD = ("claude", "codex", "gemini")
"""Those that are installed unless others are named."""
KEY = "test-key"
PATH = "/usr/local/bin:/usr/bin:/bin"


class AbsentError(Exception):
    """A command line is not installed; says how to install it."""


def find(name: str, environ: Mapping[str, str]) -> Path | None:
    """The program of that name; None where it is not installed."""
    folder = environ.get(FOLDER) or f"{environ.get('HOME', '')}/.cache/deepreview-test-clis"
    program = Path(folder, "bin", name)
    return program if program.exists() else None


def installed(name: str, environ: Mapping[str, str]) -> Path:
    """The program of that name; raises AbsentError where it is not installed."""
    program = find(name, environ)
    if program is None:
        raise AbsentError(f"{name} is not installed: run tests/agents/install_clis.sh {name}")
    return program


def must_be_there(name: str, environ: Mapping[str, str]) -> bool:
    """Whether a test must fail, not skip, where it is absent: CI installs those that are installed unless told."""
    return name in UNLESS_TOLD and bool(environ.get("CI")) and FOLDER in environ


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What to start: the arguments, the whole environment, and the folder to start in."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a command line works: a repository, and an empty folder of the run."""

    repository: Path
    folder: Path
    path: str = PATH
    """Where programs are found; Gemini needs `node` there."""

    def home(self) -> Path:
        """The home of the run."""
        return self._made("home")

    def environment(self, **more: str) -> dict[str, str]:
        """An environment made from nothing."""
        return {"PATH": self.path, "HOME": str(self.home()), "TMPDIR": str(self._made("tmp")), **more}

    def _made(self, name: str) -> Path:
        made = self.folder / name
        made.mkdir(parents=True, exist_ok=True)
        return made


def claude(program: Path, url: str, place: Place, schema: Mapping[str, object] | None) -> Started:
    """One review by Claude Code; it may read, and run `git log` and `git blame`."""
    silent = ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "DISABLE_TELEMETRY", "DISABLE_ERROR_REPORTING")
    env = place.environment(
        ANTHROPIC_BASE_URL=url,
        ANTHROPIC_API_KEY=KEY,
        DISABLE_AUTOUPDATER="1",
        CLAUDE_CODE_MAX_RETRIES="1",
        **dict.fromkeys(silent, "1"),
    )
    argv = [str(program), "-p", "Review", "--output-format", "stream-json", "--verbose"]
    argv += ["--model", "claude-sonnet-4-5", "--setting-sources", "", "--strict-mcp-config"]
    argv += ["--permission-mode", "dontAsk", "--allowedTools", "Bash(git blame:*)", "Bash(git log:*)", "Read"]
    argv += ["--json-schema", json.dumps(schema)] if schema else []
    return Started(argv=tuple(argv), env=env, cwd=place.repository)


_CODEX = """\
model = "fake-model"
model_provider = "fake"
[model_providers.fake]
name = "fake"
base_url = "{url}/v1"
env_key = "FAKE_KEY"
wire_api = "responses"
request_max_retries = 1
stream_max_retries = 1
stream_idle_timeout_ms = 5000
[analytics]
enabled = false
"""


def codex(program: Path, url: str, place: Place, schema: Mapping[str, object] | None) -> Started:
    """One review by Codex, in its own sandbox."""
    settings = place.home() / ".codex"
    settings.mkdir(exist_ok=True)
    (settings / "config.toml").write_text(_CODEX.format(url=url), encoding="utf-8")
    argv = [str(program), "exec", "--json", "-s", "read-only", "--ephemeral", "-c", "project_doc_max_bytes=0"]
    argv += ["--disable", "plugins", "--disable", "remote_plugin", "--disable", "apps"]
    argv += ["-o", str(place.folder / "last.txt")]
    if schema:
        file = place.folder / "schema.json"
        file.write_text(json.dumps(schema), encoding="utf-8")
        argv += ["--output-schema", str(file)]
    env = place.environment(CODEX_HOME=str(settings), FAKE_KEY=KEY)
    return Started(argv=(*argv, "Review"), env=env, cwd=place.repository)


_GEMINI = {
    "security": {"auth": {"selectedType": "gemini-api-key"}},
    "privacy": {"usageStatisticsEnabled": False},
    "general": {"enableAutoUpdate": False, "maxAttempts": 2},
    "telemetry": {"enabled": False},
}
_GEMINI_POLICY = """\
[[rule]]
toolName = "run_shell_command"
commandPrefix = ["git blame", "git log"]
decision = "allow"
priority = 200
[[rule]]
toolName = ["run_shell_command", "write_file", "replace"]
decision = "deny"
priority = 100
"""


def gemini(program: Path, url: str, place: Place, schema: Mapping[str, object] | None) -> Started:
    """One review by Gemini CLI, which may run `git log` and `git blame`; it takes a schema only in the prompt."""
    settings = place.home() / ".gemini"
    settings.mkdir(exist_ok=True)
    (settings / "settings.json").write_text(json.dumps(_GEMINI), encoding="utf-8")
    policy = place.folder / "policy.toml"
    policy.write_text(_GEMINI_POLICY, encoding="utf-8")
    prompt = f"Review. Answer with JSON of this schema:\n```json\n{json.dumps(schema)}\n```\n" if schema else "Review"
    argv = [str(program), "--skip-trust", "-m", "gemini-2.5-pro", "-o", "stream-json", "--policy", str(policy)]
    env = place.environment(
        GEMINI_API_KEY=KEY, GOOGLE_GEMINI_BASE_URL=url, GEMINI_CLI_NO_RELAUNCH="true", TERM="xterm-256color"
    )
    return Started(argv=(*argv, "-p", prompt), env=env, cwd=place.repository)


def qwen(program: Path, url: str, place: Place, schema: Mapping[str, object] | None) -> Started:
    """One review by Qwen Code over OpenAI Chat; it may read only, as it does unless told."""
    settings = place.home() / ".qwen"
    settings.mkdir(exist_ok=True)
    (settings / "settings.json").write_text('{"privacy": {"usageStatisticsEnabled": false}}', encoding="utf-8")
    argv = [str(program), "--auth-type", "openai", "-o", "stream-json", "--safe-mode", "--max-wall-time", "60s"]
    if schema:
        file = place.folder / "schema.json"
        file.write_text(json.dumps(schema), encoding="utf-8")
        argv += ["--json-schema", f"@{file}"]
    env = place.environment(OPENAI_API_KEY=KEY, OPENAI_MODEL="fake-model", OPENAI_BASE_URL=f"{url}/v1")
    return Started(argv=(*argv, "-p", "Review"), env=env, cwd=place.repository)


_OPENCODE_PERMISSIONS = {"edit": "deny", "bash": {"*": "deny", "git blame*": "allow", "git log*": "allow"}}


def opencode(program: Path, url: str, place: Place, schema: Mapping[str, object] | None) -> Started:
    """One review by opencode over OpenAI Chat, which may run `git log` and `git blame`; it takes no schema."""
    del schema
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "options": {"baseURL": f"{url}/v1", "apiKey": KEY},
        "models": {"fake-model": {"name": "Fake"}},
    }
    settings = {"provider": {"fake": provider}, "model": "fake/fake-model", "permission": _OPENCODE_PERMISSIONS}
    env = place.environment(
        OPENCODE_CONFIG=str(place.home() / "opencode.json"),
        OPENCODE_DISABLE_PROJECT_CONFIG="1",
        OPENCODE_DISABLE_AUTOUPDATE="1",
        OPENCODE_DISABLE_MODELS_FETCH="1",
    )
    (place.home() / "opencode.json").write_text(json.dumps(settings), encoding="utf-8")
    argv = (str(program), "run", "--pure", "--format", "json", "Review")
    return Started(argv=argv, env=env, cwd=place.repository)


Starting = Callable[[Path, str, Place, Mapping[str, object] | None], Started]

REAL: Mapping[str, Starting] = {"claude": claude, "codex": codex, "gemini": gemini, "qwen": qwen, "opencode": opencode}
"""How each command line is started: program, base URL of the run, place, wanted schema."""
