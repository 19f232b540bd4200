"""Reads every GET of Heroku's hyper-schema from a sandbox and validates the answers: URL of the sandbox, token, schema.

Prints what differs, one line each, and how many answers fit; exits with 1 where one differs."""

import json
import re
import sys
import urllib.error
import urllib.request

import jsonschema

BASE, TOKEN, SCHEMA = sys.argv[1:]
HEADERS = {"Authorization": f"Bearer {TOKEN}", "Accept": "application/vnd.heroku+json; version=3"}
# Parts of a list, and paths by parts of lists, that are read.
ITEMS, PATHS = 6, 40

answers: dict[str, tuple[int, object]] = {}


def get(path: str) -> tuple[int, object]:
    """Status and JSON of an answer; each path is asked for once."""
    if path not in answers:
        request = urllib.request.Request(BASE + path, headers=HEADERS)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                answers[path] = response.status, json.load(response)
        except urllib.error.HTTPError as error:
            answers[path] = error.code, json.load(error)
    return answers[path]


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


def target(name: str, link: dict) -> dict:
    """The schema of a link's answer: its own, or the definition's."""
    definition = {"$ref": f"#/definitions/{name}"}
    of_rel = {"type": "array", "items": definition} if link.get("rel") == "instances" else definition
    return link.get("targetSchema", of_rel)


schema = json.load(open(SCHEMA))
fitting, unknown, differences = 0, set(), []
for name, definition in schema["definitions"].items():
    for link in definition["links"]:
        expected = target(name, link)
        validator = jsonschema.Draft4Validator(
            {**expected, "definitions": schema["definitions"]}, format_checker=jsonschema.FormatChecker()
        )
        is_definition = f"#/definitions/{name}" in (expected.get("$ref"), expected.get("items", {}).get("$ref"))
        for path in paths(link["href"]):
            status, answer = get(path)
            if status != 200:
                unknown.add(link["href"])
                if (status, answer["id"]) != (404, "not_found"):
                    differences.append(f"{path}: {status} {answer}")
                continue
            problems = [f"{path}: {error.json_path}: {error.message}" for error in validator.iter_errors(answer)]
            # Heroku's definitions are strict: every property is in every answer.
            for item in (answer if isinstance(answer, list) else [answer]) if is_definition else []:
                lacking = sorted(set(definition.get("properties", {})) - set(item))
                problems += [f"{path}: lacks {', '.join(lacking)}"] if lacking else []
            differences += problems
            fitting += not problems
print("\n".join(differences))
print(json.dumps({"fitting": fitting, "unknown": len(unknown), "different": len(differences)}))
sys.exit(bool(differences))
