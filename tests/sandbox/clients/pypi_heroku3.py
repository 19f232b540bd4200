"""The client `heroku3` of PyPI on a sandbox: apps and what belongs to them, written and read again."""

import io
import os
import ssl
import tarfile

import heroku3.api
import requests

heroku3.api.HEROKU_URL = os.environ["HEROKU_API_URL"]
heroku = heroku3.from_key(os.environ["HEROKU_API_KEY"])
assert heroku.is_authenticated
assert heroku.account().email == "dev@example.com"
assert heroku.ratelimit_remaining() > 0 and int(heroku.rate_limit.remaining) > 0


def refused(status: int, call) -> None:
    """Fails unless the call is answered with this status."""
    try:
        call()
    except requests.HTTPError as error:
        assert error.response.status_code == status, error
    else:
        raise AssertionError("it was not refused")


# Apps.
app = heroku.create_app(name="books", stack_id_or_name="heroku-24", region_id_or_name="eu")
assert (app.stack.name, app.region.name, app.maintenance) == ("heroku-24", "eu", False)
assert "books" in heroku.apps() and heroku.apps()["books"].id == app.id
assert [known.name for known in heroku.apps(order_by="name", limit=2)] == ["books", "fjord"]
assert app.update(maintenance=True).maintenance and heroku.app("books").maintenance
app.update(maintenance=False)
app = app.update(name="library")
assert heroku.app("library").id == app.id
refused(404, lambda: heroku.app("books"))
refused(422, lambda: heroku.create_app(name="vault"))

# Config vars: a write is a release.
config = app.config()
config["LOG_LEVEL"] = "debug"
config.update({"A": "1", "B": "2"})
assert app.config().to_dict() == {"LOG_LEVEL": "debug", "A": "1", "B": "2"}
del config["A"]
assert "A" not in app.config()
assert app.releases()[-1].description == "Unset A config vars"
assert app.update_config({"B": None}).to_dict() == {"LOG_LEVEL": "debug"}

# Buildpacks, a build, its output, its release and its slug.
app.update_buildpacks(["heroku/ruby", "https://github.com/DataDog/heroku-buildpack-datadog.git"])
assert [entry.buildpack.url for entry in app.buildpacks(order_by="ordinal")] == [
    "urn:buildpack:heroku/ruby",
    "https://github.com/DataDog/heroku-buildpack-datadog.git",
]
app.update_buildpacks(["heroku/ruby"])
archive = io.BytesIO()
with tarfile.open(fileobj=archive, mode="w:gz") as tar:
    for path, text in {"Procfile": "web: puma\nworker: sidekiq\n", "Gemfile": "gem 'puma'\n"}.items():
        entry = tarfile.TarInfo(path)
        entry.size = len(text)
        tar.addfile(entry, io.BytesIO(text.encode()))
source = heroku._http_resource("POST", ("sources",)).json()["source_blob"]
assert requests.put(source["put_url"], data=archive.getvalue()).ok
build = app.create_build(source["get_url"], version="1a2b3c4")
assert build.status == "pending"
assert "-----> " in build.get()
build = app.builds()[build.id]
assert build.status == "succeeded", build.status
release = app.releases()[-1]
assert (release.slug.id, release.current) == (build.slug.id, True)
assert app.slug(build.slug.id).commit == "1a2b3c4"

# Formation and dynos.
formation = app.process_formation(order_by="type")
assert [process.type for process in formation] == ["web", "worker"]
assert formation["web"].scale(2).quantity == 2
assert [process.quantity for process in app.batch_scale_formation_processes({"web": 1, "worker": 2})] == [1, 2]
assert app.batch_resize_formation_processes({"worker": "Standard-2X"})["worker"].size == "Standard-2X"
assert app.scale_formation_process("worker", 1).quantity == 1
dynos = app.dynos()
assert sorted(dyno.name for dyno in dynos) == ["web.1", "worker.1"]
assert dynos["web"][0].state == "up"
app.restart()
assert app.kill_dyno("worker.1")
assert app.run_command_detached("rake db:migrate", size="Standard-1X").type == "run"

# A command in a one-off dyno. The client trusts the certificates in its own package only; the sandbox has one of its own.
trust = ssl.SSLContext.load_verify_locations
ssl.SSLContext.load_verify_locations = lambda context, _: trust(context, os.environ["NODE_EXTRA_CA_CERTS"])
printed, dyno = app.run_command("echo $GREETING from $DYNO", printout=False, env={"GREETING": "hello"})
assert f"hello from {dyno.name}" in printed, printed

# Releases go back.
config["LOG_LEVEL"] = "info"
app.rollback(f"v{release.version}")
assert app.config()["LOG_LEVEL"] == "debug"
assert app.create_release(build.slug.id).slug.id == build.slug.id

# Add-ons.
addon = app.install_addon("heroku-redis:mini", attachment_name="CACHE")
assert "CACHE_URL" in app.config()
assert addon.upgrade("heroku-redis:premium-0").plan.name == "heroku-redis:premium-0"
assert [known.id for known in app.addons()] == [addon.id]
assert app.remove_addon(addon.id).id == addon.id
assert len(app.addons()) == 0 and "CACHE_URL" not in app.config()

# Collaborators and domains.
assert app.add_collaborator("ann@example.com", silent=True).user.email == "ann@example.com"
assert "ann@example.com" in [known.user.email for known in app.collaborators()]
app.remove_collaborator("ann@example.com")
assert len(app.collaborators()) == 1
assert app.add_domain("books.example.com", None).kind == "custom"
assert app.get_domain("books.example.com").cname
assert "books.example.com" in app.domains(order_by="hostname")
app.remove_domain("books.example.com")

# Log drains, logs and labs features.
drain = app.create_logdrain("https://http-intake.logs.datadoghq.com/api/v2/logs?dd-api-key=" + "c" * 32)
assert [known.token for known in app.logdrains()] == [drain.token]
app.remove_logdrain(drain.id)
assert len(app.logdrains()) == 0
assert "Deploy" in app.get_log(lines=50, source="app")
assert any(b"Starting process" in line for line in app.stream_log(dyno="web.1"))
assert app.enable_feature("runtime-dyno-metadata").enabled
assert app.features()["runtime-dyno-metadata"].enabled

# The account.
assert heroku.addon_services("heroku-postgresql").name == "heroku-postgresql"
assert len(heroku.addon_services()) > 1
assert len(heroku.oauthauthorizations()) == 1
assert len(heroku.keys()) == 0

assert app.delete()
refused(404, lambda: heroku.app("library"))
