"""Sends every POST, PATCH, PUT and DELETE of Heroku's hyper-schema to a sandbox, each to a fresh app.

A body with what is required, and one with everything, have to be accepted and answered as the schema says. A body that lacks
what is required, that has a value of another type, or a property that the schema excludes, has to be refused. Prints what
differs, one line each, and the counts; exits with 1 where something differs."""

import copy
import json
import re
import sys
import urllib.parse

from answers import ask, problems, schema
from fresh import IDENTITIES, VALUES, Fresh


# What the schema excludes and Heroku takes, or the reverse, and how that is known.
TAKEN = {
    "PATCH /apps/{(#/definitions/app/definitions/identity)}/addons/{(#/definitions/add-on/definitions/identity)}": {
        "no plan": "`heroku addons:rename` sends the name alone",
    },
    "POST /oauth/authorizations": {"no scope": "`heroku authorizations:create` sends one only with --scope"},
    "PATCH /oauth/authorizations/{(#/definitions/oauth-authorization/definitions/identity)}": {
        "no client": "`heroku authorizations:update` sends the description alone",
    },
}
# Links that are not judged: the sandbox has no review apps, and whether a build is over before it is stopped is a matter of luck.
LEFT_OUT = ("/review-app-config", "/builds/{(#/definitions/build/definitions/identity)}")


def resolved(part: dict) -> dict:
    """A part of the schema, where it is only named."""
    while "$ref" in part:
        target = schema
        for key in part["$ref"].removeprefix("#/").split("/"):
            target = target[key]
        part = target
    return part


def whole(link: dict) -> str:
    """The path of a link with the names of its identities."""
    return urllib.parse.unquote(link["href"])


def value(part: dict, fresh: Fresh, everything: bool) -> object:
    """A value that the schema allows, and that makes sense to the sandbox."""
    key = part.get("$ref", "").removeprefix("#/definitions/").replace("/definitions/", "/")
    if key in VALUES:
        return VALUES[key](fresh)
    part = resolved(part)
    if "anyOf" in part:
        return value(part["anyOf"][0], fresh, everything)
    if "enum" in part:
        return part["enum"][0]
    if "example" in part:
        return part["example"]
    if "properties" in part:
        names = part["properties"] if everything else part.get("required", [])
        return {name: value(part["properties"][name], fresh, everything) for name in names}
    if "items" in part:
        return [value(part["items"], fresh, everything)]
    return {"string": "text", "boolean": True, "integer": 1, "object": {}, "null": None}[part["type"][0]]


def body(link: dict, fresh: Fresh, everything: bool) -> dict | None:
    """A valid body of a link, where it has one."""
    part = resolved(link["schema"]) if "schema" in link else {}
    if "patternProperties" in part:
        return part["example"]
    override = fresh.body(link)
    made = value({key: part[key] for key in part if key != "example"}, fresh, everything) if part.get("properties") else {}
    return {name: override.get(name, made[name]) for name in made} or None


def types(part: dict) -> set[str]:
    """The JSON types that a part of the schema allows."""
    part = resolved(part)
    if "anyOf" in part:
        return set().union(*map(types, part["anyOf"]))
    return set(part.get("type", []))


def spoiled(link: dict, good: dict) -> list[tuple[str, dict]]:
    """Bodies that are bad in one place, with what is bad."""
    part, bad = resolved(link["schema"]), []
    for name in part.get("required", []):
        bad.append((f"no {name}", {key: good[key] for key in good if key != name}))
    for name in part.get("properties", {}):
        allowed = types(part["properties"][name])
        others = {"integer": 7, "string": "text", "object": {"wrong": [True]}}
        kind = next(kind for kind in others if kind not in allowed)
        bad.append((f"{kind} as {name}", {**copy.deepcopy(good), name: others[kind]}))
    if part.get("additionalProperties") is False:
        bad.append(("an unknown property", {**good, "no-such": ["property"]}))
    key = f"{link['method']} {whole(link)}"
    return [(what, body) for what, body in bad if what not in TAKEN.get(key, {})]


def path(link: dict, fresh: Fresh) -> str | None:
    """The path of a link, about objects of a fresh app. Nothing where the sandbox has no such objects."""
    expanded = whole(link)
    for identity in re.findall(r"\{\(#/definitions/([^)]*)\)\}", expanded):
        key = identity.replace("/definitions/", "/")
        if key not in IDENTITIES:
            return None
        made = urllib.parse.quote(str(IDENTITIES[key](fresh)), safe="~:")
        expanded = re.sub(r"\{\([^)]*\)\}", lambda _: made, expanded, count=1)
    return expanded


counts = {"fitting": 0, "refused": 0, "unknown": 0, "different": 0}


def differs(text: str) -> None:
    """Counts and prints what is not as the schema says."""
    counts["different"] += 1
    print(text)


def accepted(name: str, link: dict, everything: bool) -> dict | bool | None:
    """Sends a good body; gives it back, or nothing where the sandbox knows no such link."""
    if whole(link).endswith(LEFT_OUT):
        return None
    fresh = Fresh(link)
    at = path(link, fresh)
    if at is None:
        return None
    good = body(link, fresh, everything)
    status, answer = ask(link["method"], at, good)
    if status == 404 and "resource" not in answer:
        return None
    if not 200 <= status < 300:
        differs(f"{link['method']} {at} {json.dumps(good)}: {status} {answer}")
    elif found := problems(name, link, answer) if status != 204 else []:
        differs(f"{link['method']} {at}: {'; '.join(found[:3])}")
    else:
        counts["fitting"] += 1
    fresh.close()
    return good or True


for name, definition in schema["definitions"].items():
    for link in (link for link in definition.get("links", []) if link["method"] != "GET"):
        sent = [accepted(name, link, everything) for everything in (False, True)]
        if None in sent:
            counts["unknown"] += 1
            continue
        for what, _ in spoiled(link, sent[1]) if isinstance(sent[1], dict) else []:
            fresh = Fresh(link)
            at = path(link, fresh)
            bad = dict(spoiled(link, body(link, fresh, True)))[what]
            status, answer = ask(link["method"], at, bad)
            if not 400 <= status < 500 or not {"id", "message"} <= set(answer or {}):
                differs(f"{link['method']} {at} with {what}: {status} {json.dumps(answer)[:150]}")
            else:
                counts["refused"] += 1
            fresh.close()
print(json.dumps(counts))
sys.exit(bool(counts["different"]))
