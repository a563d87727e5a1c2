"""The smallest value that a JSON schema accepts, for models that answer by a schema."""

import json
import re
from collections.abc import Mapping
from typing import Any

from deepreview.testing.model_server.script import Asked, Call, Turn

_FENCED = re.compile(r"^```(?:json)?\n(.*?)^```", re.DOTALL | re.MULTILINE)


def sample(schema: Mapping[str, Any], root: Mapping[str, Any] | None = None) -> Any:
    """A value that the schema accepts: every property, one item in every list, the first of all choices."""
    root = schema if root is None else root
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if "$ref" in schema:
        return sample(_followed(schema["$ref"], root), root)
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return sample(schema[choice][0], root)
    return _of_type(schema, root)


def _followed(reference: str, root: Mapping[str, Any]) -> Mapping[str, Any]:
    found = root
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def _of_type(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Any:
    kind = schema.get("type", "object" if "properties" in schema else "string")
    match str(kind[0] if isinstance(kind, list) else kind).lower():  # Gemini writes its types in capitals
        case "object":
            return {name: sample(inner, root) for name, inner in schema.get("properties", {}).items()}
        case "array":
            return [sample(schema.get("items", {}), root)] * max(1, schema.get("minItems", 1))
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return False
        case "null":
            return None
        case _:
            return "text".ljust(schema.get("minLength", 0), ".")


def wanted(asked: Asked) -> Mapping[str, Any]:
    """The schema that was sent, else one that the prompt shows in a fence, else one that accepts anything."""
    if asked.schema:
        return asked.schema
    for block in _FENCED.findall(asked.prompt):
        try:
            shown = json.loads(block)
        except ValueError:
            continue
        if isinstance(shown, dict) and "properties" in shown:
            return shown
    return {"type": "object"}


def structured(asked: Asked, value: Any) -> Turn:
    """A turn that answers with this value: by a call where the program wants one, as text elsewhere.

    It calls again however often it is asked: a program that is content with a call does not ask again.
    """
    if asked.schema_tool:
        return Turn(calls=(Call(name=asked.schema_tool, arguments=value),))
    return Turn(text=json.dumps(value))
