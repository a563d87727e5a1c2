"""A pull request on a GitHub of our own, the report of its head, and a connection that does not wait."""

from dataclasses import replace
from typing import Any

from deepreview.forge.github import GitHub
from deepreview.forge.http import Api
from deepreview.model.finding import Finding
from deepreview.model.report import Report
from deepreview.publish.apply import Publisher
from deepreview.testing.builders import make_report
from deepreview.testing.fake_github import PULL, TOKEN, FakeGitHub

HEAD = "a" * 40
PATCH = "@@ -1,3 +1,6 @@\n a\n+b\n+c\n+d\n e\n f\n@@ -20,2 +23,3 @@\n x\n+y\n z"


def pull_request() -> FakeGitHub:
    """`src/boiler.py` shows lines 1-6 and 23-25, the logo none."""
    logo = {"filename": "logo.png", "status": "added"}
    return FakeGitHub(head=HEAD, files=[{"filename": "src/boiler.py", "patch": PATCH}, logo])


def github(hub: FakeGitHub, **given: Any) -> GitHub:
    """A connection whose waits are counted and not waited."""
    given.setdefault("sleep", lambda _: None)
    api = Api(base=hub.url, graphql=f"{hub.url}/graphql", token=TOKEN, **given)
    hub.leaving.append(api.close)
    return GitHub(api=api, repo="acme/boiler")


def report_of(*findings: Finding, **given: Any) -> Report:
    """A report of that pull request's head."""
    plain = make_report(*findings)
    return replace(plain, subject=replace(plain.subject, number=PULL), **given)


def publisher(hub: FakeGitHub, report: Report) -> Publisher:
    """Publishes the report there."""
    return Publisher(forge=github(hub), report=report, number=PULL)
