"""What both scripts share: requests to a sandbox, and whether an answer is what Heroku's hyper-schema says.

The arguments of the scripts are the URL of the sandbox, a token, and the schema."""

import json
import sys
import urllib.error
import urllib.request

import jsonschema

BASE, TOKEN, SCHEMA = sys.argv[1:]
HEADERS = {
    "Authorization": f"Bearer {TOKEN}",
    "Accept": "application/vnd.heroku+json; version=3",
    "Content-Type": "application/json",
}
schema = json.load(open(SCHEMA))


def ask(method: str, path: str, body: object = None) -> tuple[int, object]:
    """Status and JSON of an answer; nothing where the answer has no body."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(BASE + path, data=data, headers=HEADERS, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            status, text = response.status, response.read()
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read()
    return status, json.loads(text) if text else None


def validator(part: dict) -> jsonschema.Draft4Validator:
    """What judges values by a part of the schema."""
    whole = {**part, "definitions": schema["definitions"]}
    return jsonschema.Draft4Validator(whole, format_checker=jsonschema.FormatChecker())


def problems(name: str, link: dict, answer: object) -> list[str]:
    """Where the answer to a link is not what its target is, or the definition where the link names none."""
    definition = {"$ref": f"#/definitions/{name}"}
    of_rel = {"type": "array", "items": definition} if link.get("rel") == "instances" else definition
    expected = link.get("targetSchema", of_rel)
    found = [f"{error.json_path}: {error.message}" for error in validator(expected).iter_errors(answer)]
    # Heroku's definitions are strict: every property is in every answer.
    of_items = expected.get("items", {}).get("$ref")
    reference = expected.get("$ref") or of_items
    if reference and reference.count("/") == 2 and not found:
        properties = set(schema["definitions"][reference.rsplit("/", 1)[1]].get("properties", {}))
        for item in answer if of_items else [answer]:
            lacking = sorted(properties - set(item))
            found += [f"lacks {', '.join(lacking)}"] if lacking else []
    return found
