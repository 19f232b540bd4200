"""A fresh app for each link, what belongs to it, and values that the sandbox can make sense of."""

import functools
import io
import itertools
import subprocess
import tarfile
import tempfile
import urllib.request

from answers import ask

NUMBERS = itertools.count()


def made(path: str, body: dict, method: str = "POST") -> dict:
    """What a write makes that has to succeed."""
    status, answer = ask(method, path, body)
    assert 200 <= status < 300, (path, body, status, answer)
    return answer


@functools.cache
def certificate() -> tuple[str, str]:
    """A certificate and its key."""
    with tempfile.TemporaryDirectory() as folder:
        command = f"openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=example.com -keyout {folder}/key -out {folder}/crt"
        subprocess.run(command.split(), check=True, capture_output=True)
        return open(f"{folder}/crt").read(), open(f"{folder}/key").read()


@functools.cache
def archive() -> bytes:
    """A source with two process types."""
    file, text = io.BytesIO(), b"web: puma\nworker: sidekiq\n"
    with tarfile.open(fileobj=file, mode="w:gz") as tar:
        entry = tarfile.TarInfo("Procfile")
        entry.size = len(text)
        tar.addfile(entry, io.BytesIO(text))
    return file.getvalue()


class Fresh:
    """An app and the like for one request. What a path or a body names is made when it is named first."""

    def __init__(self, link: dict) -> None:
        self.link = link
        self.number = next(NUMBERS)
        self.email = f"person-{self.number}@example.com"

    @functools.cached_property
    def app(self) -> dict:
        body = {"name": f"fresh-{self.number}"}
        if "/teams/" in self.link["href"]:
            return made("/teams/apps", {**body, "team": "acme"})
        return made("/apps", body)

    @functools.cached_property
    def release(self) -> dict:
        """The release of a build of the app."""
        source = made("/sources", {})["source_blob"]
        urllib.request.urlopen(urllib.request.Request(source["put_url"], data=archive(), method="PUT", headers={"Content-Type": ""}))
        body = {"source_blob": {"url": source["get_url"]}, "buildpacks": [{"url": "heroku/ruby"}]}
        build = made(f"/apps/{self.app['id']}/builds", body)
        urllib.request.urlopen(build["output_stream_url"]).read()
        [*_, release] = ask("GET", f"/apps/{self.app['id']}/releases")[1]
        return release

    @functools.cached_property
    def built(self) -> str:
        """The id of the app, which was built."""
        assert self.release["slug"], self.release
        return self.app["id"]

    @functools.cached_property
    def in_its_state(self) -> str:
        """The id of the app, in the state that the link is for."""
        method, href = self.link["method"], self.link["href"]
        if (method, href[-4:]) == ("PATCH", "/acm"):
            self.under_app("acm", {})
        return self.built if "formation" in href or href.endswith("/releases") else self.app["id"]

    @functools.cached_property
    def addon(self) -> dict:
        return made(f"/apps/{self.app['id']}/addons", {"plan": "heroku-redis:mini"})

    @functools.cached_property
    def attachment(self) -> dict:
        """The second one of the add-on: the last one cannot be removed."""
        body = {"addon": self.addon["id"], "app": self.app["id"], "name": f"SECOND_{self.number}"}
        return made("/addon-attachments", body)

    @functools.cached_property
    def space(self) -> str:
        """The name of a space, an empty one where the link destroys it."""
        if self.link["method"] != "DELETE":
            return "acme-private"
        return made("/spaces", {"name": f"space-{self.number}", "team": "acme"})["name"]

    @functools.cached_property
    def pipeline(self) -> dict:
        return made("/pipelines", {"name": f"fresh-{self.number}"})

    @functools.cached_property
    def coupling(self) -> dict:
        return made("/pipeline-couplings", {"app": self.app["id"], "pipeline": self.pipeline["id"], "stage": "staging"})

    @functools.cached_property
    def target(self) -> dict:
        """Another app, which is in the pipeline too."""
        assert self.built and self.coupling
        other = made("/apps", {"name": f"target-{self.number}"})
        made("/pipeline-couplings", {"app": other["id"], "pipeline": self.pipeline["id"], "stage": "production"})
        return other

    @functools.cached_property
    def drain(self) -> dict:
        return made(f"/apps/{self.app['id']}/log-drains", {"url": "https://logs.example.com/"})

    @functools.cached_property
    def telemetry_drain(self) -> dict:
        exporter = {"type": "otlphttp", "endpoint": "https://otlp.example.com/"}
        owner = {"id": fir(), "type": "app"}
        return made("/telemetry-drains", {"owner": owner, "signals": ["traces"], "exporter": exporter})

    @functools.cached_property
    def endpoint(self) -> dict:
        chain, key = certificate()
        return made(f"/apps/{self.app['id']}/sni-endpoints", {"certificate_chain": chain, "private_key": key})

    def close(self) -> None:
        """Removes the apps, so that the state of the sandbox stays small."""
        for name in {"app", "target"} & set(vars(self)):
            ask("DELETE", f"/apps/{vars(self)[name]['id']}")

    def under_app(self, path: str, body: dict) -> dict:
        return made(f"/apps/{self.app['id']}/{path}", body)

    def body(self, link: dict) -> dict:
        """Properties of a body whose examples are about nothing that the sandbox has."""
        match link["method"], link["href"].split("/{(")[0], link["href"].rsplit("/", 1)[-1]:
            case "POST", "/pipeline-promotions", _:
                return {
                    "pipeline": {"id": self.pipeline["id"]},
                    "source": {"app": {"id": self.built}, "release": {"id": self.release["id"]}},
                    "targets": [{"app": {"id": self.target["id"]}}],
                }
            case "POST", "/pipeline-transfers", _:
                owner = {"id": ask("GET", "/account")[1]["id"], "type": "user"}
                return {"pipeline": {"id": self.pipeline["id"]}, "new_owner": owner}
            case "POST", "/telemetry-drains", _:
                return {"owner": {"id": fir(), "type": "app"}}
            case "POST", "/actions/addons/resolve", _:
                return {"addon": self.addon["name"], "app": self.app["name"], "addon_service": "heroku-redis"}
            case "POST", "/actions/addon-attachments/resolve", _:
                return {"addon_attachment": self.attachment["name"], "app": self.app["name"], "addon_service": "heroku-redis"}
            case "PATCH", "/apps", "formation":
                return {"updates": [{"type": "web", "quantity": 1, "dyno_size": {"name": "Standard-1X"}}]}
            case "PATCH", "/teams", "members":
                made("/teams/acme/members", {"email": self.email, "role": "member"}, "PUT")
            case "POST", "/spaces", _:
                networks = {"cidr": "10.0.0.0/16", "data_cidr": "10.1.0.0/16", "log_drain_url": None}
                return {"name": f"space-{self.number}", "region": "virginia", "shield": False, **networks}
            case "POST", "/filters/apps", _:
                return {"in": {"id": [self.app["id"]]}}
        return {}


@functools.cache
def fir() -> str:
    """The id of an app of the Fir generation."""
    return ask("GET", "/apps/fjord")[1]["id"]


# What stands in a path for an object of the app.
IDENTITIES = {
    "account/identity": lambda fresh: "~",
    "add-on-attachment/identity": lambda fresh: fresh.attachment["id"],
    "add-on/identity": lambda fresh: fresh.addon["id"],
    "app-feature/identity": lambda fresh: "runtime-dyno-metadata",
    "app-transfer/identity": lambda fresh: made("/account/app-transfers", {"app": fresh.app["id"], "recipient": fresh.email})["id"],
    "app-webhook/identity": lambda fresh: fresh.under_app("webhooks", {"include": ["api:release"], "level": "notify", "url": "https://example.com/"})["id"],
    "app/identity": lambda fresh: fresh.in_its_state,
    "build/identity": lambda fresh: fresh.under_app("builds", {"source_blob": {"url": "https://example.com/source.tgz"}})["id"],
    "collaborator/identity": lambda fresh: fresh.under_app("collaborators", {"user": fresh.email})["id"],
    "domain/identity": lambda fresh: fresh.under_app("domains", {"hostname": f"www-{fresh.number}.example.com", "sni_endpoint": None})["id"],
    "dyno/formation_type": lambda fresh: "web",
    "dyno/identity": lambda fresh: fresh.under_app("dynos", {"command": "sleep 60"})["id"],
    "formation/identity": lambda fresh: "web",
    "log-drain/query_identity": lambda fresh: fresh.drain["id"],
    "oauth-authorization/identity": lambda fresh: made("/oauth/authorizations", {"scope": ["global"]})["id"],
    "oauth-client/identity": lambda fresh: made("/oauth/clients", {"name": "Fresh", "redirect_uri": "https://example.com/"})["id"],
    "pipeline-coupling/identity": lambda fresh: fresh.coupling["id"],
    "pipeline-coupling/stage": lambda fresh: "review",
    "pipeline/id": lambda fresh: fresh.pipeline["id"],
    "sni-endpoint/identity": lambda fresh: fresh.endpoint["id"],
    "space/identity": lambda fresh: fresh.space,
    "team-app-collaborator/identity": lambda fresh: made(f"/teams/apps/{fresh.app['id']}/collaborators", {"user": fresh.email})["id"],
    "team-app/identity": lambda fresh: fresh.app["id"],
    "team-invitation/identity": lambda fresh: made("/teams/acme/invitations", {"email": fresh.email, "role": "member"}, "PUT")["id"],
    "team-member/identity": lambda fresh: made("/teams/acme/members", {"email": fresh.email, "role": "member"}, "PUT")["id"],
    "team/identity": lambda fresh: "acme",
    "team/name": lambda fresh: "acme",
    "telemetry-drain/identity": lambda fresh: fresh.telemetry_drain["id"],
}

# Values of properties, where the example of the schema is about nothing that the sandbox has.
VALUES = {
    "account/email": lambda fresh: fresh.email,
    "account/identity": lambda fresh: fresh.email,
    "add-on-attachment/confirm": lambda fresh: fresh.app["name"],
    "add-on-service/name": lambda fresh: "heroku-redis",
    "add-on/confirm": lambda fresh: fresh.app["name"],
    "add-on/identity": lambda fresh: fresh.addon["id"],
    "add-on/name": lambda fresh: f"addon-{fresh.number}",
    "app-feature/name": lambda fresh: "http-session-affinity",
    "app-webhook/url": lambda fresh: "https://example.com/hook",
    "app/identity": lambda fresh: fresh.app["id"],
    "app/name": lambda fresh: f"named-{fresh.number}",
    "build/source_blob": lambda fresh: {"url": "https://example.com/source.tgz", "version": "1a2b3c4"},
    "domain/hostname": lambda fresh: f"www-{fresh.number}.example.com",
    "domain/sni_endpoint": lambda fresh: fresh.endpoint["name"],
    "pipeline/id": lambda fresh: fresh.pipeline["id"],
    "pipeline/name": lambda fresh: f"named-{fresh.number}",
    "pipeline/owner": lambda fresh: {"id": ask("GET", "/account")[1]["id"], "type": "user"},
    "plan/identity": lambda fresh: "heroku-redis:premium-0",
    "region/identity": lambda fresh: "eu",
    "region/name": lambda fresh: "eu",
    "release/id": lambda fresh: fresh.release["id"],
    "slug/identity": lambda fresh: fresh.release["slug"]["id"],
    "sni-endpoint/certificate_chain": lambda fresh: certificate()[0],
    "sni-endpoint/private_key": lambda fresh: certificate()[1],
    "space/name": lambda fresh: "acme-private",
    "stack/identity": lambda fresh: "heroku-24",
    "stack/name": lambda fresh: "heroku-24",
    "team-member/email": lambda fresh: fresh.email,
    "team/name": lambda fresh: "acme",
}
