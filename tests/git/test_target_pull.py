import pytest

from deepreview.errors import UsageError
from deepreview.testing.reviewed import Reviewed
from deepreview.testing.sandbox import Sandbox


def _forge(repo: Reviewed, owner: str = "acme/app") -> Sandbox:
    """A bare repository that answers to the address of a forge, and is the `origin` of the reviewed one."""
    path = repo.root / "forge" / f"{owner}.git"
    path.parent.mkdir(parents=True, exist_ok=True)
    repo.box.git("clone", "-q", "--bare", str(repo.box.path), str(path))
    forge = f"{repo.root / 'forge'}/"
    (repo.root / "home" / ".gitconfig").write_text(f'[url "{forge}"]\n\tinsteadOf = https://github.com/\n')
    repo.box.git("remote", "add", "origin", f"https://github.com/{owner}.git")
    repo.box.git("config", f"url.{forge}.insteadOf", "https://github.com/")
    repo.box.git("fetch", "-q", "origin")
    return repo.box


def _branch(repo: Reviewed, name: str = "topic") -> str:
    repo.box.git("checkout", "-q", "-b", name)
    return repo.box.commit("work", {"b.txt": "b\n"})


class TestPullRequest:
    def _opened(self, repo: Reviewed) -> tuple[str, str]:
        base = repo.box.commit("base", {"a.txt": "a\n"})
        _forge(repo)
        head = _branch(repo)
        repo.box.git("push", "-q", "origin", "topic:refs/pull/12/head")
        repo.box.git("checkout", "-q", "main")
        repo.box.git("branch", "-D", "topic")
        return base, head

    def test_by_number_and_by_address(self, repo: Reviewed) -> None:
        base, head = self._opened(repo)
        for text in ("12", "#12"):
            pinned = repo.pin(text)
            assert (pinned.base, pinned.head, pinned.number, pinned.slug) == (base, head, 12, "pr-12")
            assert (pinned.repo, pinned.url) == ("acme/app", "https://github.com/acme/app")
        for tail in ("", "/files", "?w=1", "#discussion_r1"):
            url = f"https://github.com/acme/app/pull/12{tail}"
            pinned = repo.pin(url, folder=repo.root)
            assert (pinned.base, pinned.head, pinned.number, pinned.repo) == (base, head, 12, "acme/app")
        assert list(repo.patches("12")) == ["b.txt"]

    def test_against_the_branch_it_is_opened_on(self, repo: Reviewed) -> None:
        _, head = self._opened(repo)
        repo.box.git("checkout", "-q", "-b", "release", head + "~1")
        release = repo.box.commit("release", {"r.txt": "r\n"})
        repo.box.git("checkout", "-q", "-b", "fix")
        fix = repo.box.commit("fix", {"f.txt": "f\n"})
        repo.box.git("checkout", "-q", "-b", "would-be", release)
        repo.box.git("merge", "-q", "--no-ff", "-m", "merge", "fix")
        repo.box.git("push", "-q", "origin", "fix:refs/pull/13/head", "would-be:refs/pull/13/merge")
        pinned = repo.pin("13")
        assert (pinned.base, pinned.head) == (release, fix)

    def test_merged(self, repo: Reviewed) -> None:
        base, head = self._opened(repo)
        repo.box.git("merge", "-q", "--no-ff", "-m", "merge", head)
        repo.box.commit("later", {"c.txt": "c\n"})
        repo.box.git("push", "-q", "origin", "main")
        assert (repo.pin("12").base, repo.pin("12").head) == (base, head)

    def test_updated_since(self, repo: Reviewed) -> None:
        _, head = self._opened(repo)
        repo.pin("12")
        repo.box.git("checkout", "-q", "-b", "again", head)
        newer = repo.box.commit("more", {"d.txt": "d\n"})
        repo.box.git("push", "-q", "origin", "again:refs/pull/12/head")
        assert repo.pin("12").head == newer

    def test_unknown(self, repo: Reviewed) -> None:
        self._opened(repo)
        with pytest.raises(UsageError, match="origin has no pull request #99"):
            repo.pin("99")
        with pytest.raises(UsageError, match=r"https://github.com/acme/none.git did not answer"):
            repo.pin("https://github.com/acme/none/pull/1")

    def test_no_remote(self, repo: Reviewed) -> None:
        repo.box.commit("base", {"a.txt": "a\n"})
        with pytest.raises(UsageError, match="#12 needs a remote"):
            repo.pin("#12")
        with pytest.raises(UsageError, match="'12' is no branch"):
            repo.pin("12")

    def test_a_remote_named_by_a_relative_path(self, repo: Reviewed) -> None:
        _, head = self._opened(repo)
        repo.box.git("remote", "set-url", "origin", "../forge/acme/app.git")
        assert repo.pin("12", folder=repo.box.path).head == head

    def test_holding_nothing(self, repo: Reviewed) -> None:
        repo.box.commit("base", {"a.txt": "a\n"})
        _forge(repo)
        repo.box.git("push", "-q", "origin", "main:refs/pull/1/head")
        with pytest.raises(UsageError, match="#1 holds nothing that its base lacks"):
            repo.pin("1")
