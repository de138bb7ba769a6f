"""What each role may do, read from the templates and not from the code that made them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a role's policies; resources and conditions as texts."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: str
    is_all_but: bool = False

    @property
    def is_open(self) -> bool:
        """Whether a resource is not named in full."""
        return self.is_all_but or any("*" in resource for resource in self.resources)


@dataclass(frozen=True, slots=True)
class Role:
    """One role: who may work as it, and what it may do."""

    name: str
    principal: str
    statements: tuple[Statement, ...]

    @property
    def actions(self) -> set[str]:
        """Every action that is allowed."""
        return {action for statement in self.statements for action in statement.actions}

    def resources_for(self, action: str) -> set[str]:
        """Every resource for which an action is allowed."""
        return {
            resource for statement in self.statements if action in statement.actions for resource in statement.resources
        }


def roles_of(folder: Path) -> dict[str, Role]:
    """Return every role of the templates in a folder, by name."""
    found: dict[str, Role] = {}
    for path in sorted(folder.glob("*.template.json")):
        resources = json.loads(path.read_text(encoding="utf-8"))["Resources"]
        for logical_id, resource in resources.items():
            if resource["Type"] == "AWS::IAM::Role":
                role = _role(logical_id, resource["Properties"], resources)
                found[role.name] = role
    return found


def roles_page(folder: Path) -> str:
    """Return a page in Markdown: each role with what it may do."""
    lines = ["# Who may do what", "", "Rendered from the templates by `python -m infra roles`.", ""]
    for name, role in sorted(roles_of(folder).items()):
        lines += [f"## {name}", "", f"Works as: {role.principal}.", "", "| for | may | on |", "| --- | --- | --- |"]
        for each in role.statements:
            on = "everything but " if each.is_all_but else ""
            on += "<br>".join(f"`{resource}`" for resource in each.resources)
            condition = f" if `{each.conditions}`" if each.conditions else ""
            lines.append(f"| {each.sid} | {', '.join(each.actions)} | {on}{condition} |")
        lines.append("")
    return "\n".join(lines)


def text_of(value: Any) -> str:
    """Return an ARN as a text; what only the cloud knows stands in angles."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        (function, argument), *_ = value.items()
        if function == "Fn::Join":
            return str(argument[0]).join(text_of(part) for part in argument[1])
        if function == "Fn::Sub":
            return str(argument)
        return f"<{_named(argument)}>"
    raise TypeError(f"expected a text or a function of CloudFormation, came {value!r}")


def _named(argument: Any) -> str:
    return ".".join(map(str, argument)) if isinstance(argument, list) else str(argument)


def _role(logical_id: str, properties: Mapping[str, Any], resources: Mapping[str, Any]) -> Role:
    trust = properties["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]
    written = [each["PolicyDocument"] for each in properties.get("Policies", [])]
    written += [
        resource["Properties"]["PolicyDocument"]
        for resource in resources.values()
        if resource["Type"] == "AWS::IAM::Policy" and {"Ref": logical_id} in resource["Properties"].get("Roles", [])
    ]
    statements = tuple(statement for document in written for statement in _statements(document))
    name = properties.get("RoleName", logical_id)
    return Role(text_of(name), ", ".join(_texts(next(iter(trust.values())))), statements)


def _statements(document: Mapping[str, Any]) -> Iterator[Statement]:
    for each in document["Statement"]:
        is_all_but = "NotResource" in each
        yield Statement(
            sid=each.get("Sid", ""),
            actions=tuple(_texts(each["Action"])),
            resources=tuple(_texts(each["NotResource" if is_all_but else "Resource"])),
            conditions=json.dumps(each["Condition"]) if "Condition" in each else "",
            is_all_but=is_all_but,
        )


def _texts(value: Any) -> list[str]:
    return [text_of(each) for each in value] if isinstance(value, list) else [text_of(value)]
