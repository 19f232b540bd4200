"""Reads every GET of Heroku's hyper-schema from a sandbox and validates the answers.

Prints what differs, one line each, and how many answers fit; exits with 1 where one differs."""

import functools
import json
import re
import sys

from answers import ask, problems, schema

# Parts of a list, and paths by parts of lists, that are read.
ITEMS, PATHS = 6, 40


@functools.cache
def get(path: str) -> tuple[int, object]:
    """Status and JSON of an answer; each path is asked for once."""
    return ask("GET", path)


def paths(href: str) -> list[str]:
    """The paths of a link: what stands for an identity is replaced by those that the list before it names."""
    expanded = [""]
    for part in re.split(r"(\{\([^)]*\)\})", href):
        if not part.startswith("{("):
            expanded = [path + part for path in expanded]
            continue
        longer = []
        for path in expanded:
            status, items = get(path.rstrip("/"))
            names = [item.get("id") or item.get("name") for item in items] if status == 200 else []
            longer += [f"{path}{name}" for name in names[:ITEMS] if name]
        expanded = longer
    return expanded[:PATHS]


fitting, unknown, differences = 0, set(), []
for name, definition in schema["definitions"].items():
    for link in (link for link in definition.get("links", []) if link["method"] == "GET"):
        for path in paths(link["href"]):
            status, answer = get(path)
            if status == 200:
                found = [f"{path}: {problem}" for problem in problems(name, link, answer)]
                differences += found
                fitting += not found
                continue
            unknown.add(link["href"])
            if (status, answer["id"]) != (404, "not_found"):
                differences.append(f"{path}: {status} {answer}")
print("\n".join(differences))
print(json.dumps({"fitting": fitting, "unknown": len(unknown), "different": len(differences)}))
sys.exit(bool(differences))
