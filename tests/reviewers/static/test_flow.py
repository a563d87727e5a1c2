"""The data flow behind the swallowed-error rules, on small functions."""

import textwrap

import pytest

from deepreview.model.change import RepoPath
from deepreview.reviewers.static.flow import After, Next, after
from deepreview.reviewers.static.hit import Hit
from deepreview.trees import parse

pytestmark = pytest.mark.tools


def ask(flow: str, language: str, source: str, kind: str) -> After:
    root = parse(textwrap.dedent(source), language)
    node = root.find(kind=kind)
    assert node is not None
    start = node.range().start
    hit = Hit(
        kind="r",
        path=RepoPath("f"),
        first=start.line + 1,
        last=node.range().end.line + 1,
        key="",
        message="",
        node=node.text(),
        names={"column": str(start.column)},
    )
    answer = after(flow, root, hit, language)
    assert answer is not None
    return answer


def go(rest: str, call: str = "found, err := store.Inspect(ctx, name)") -> After:
    body = f"package a\nfunc f(ctx C, name string) error {{\n{call}\nif err != nil {{\nlog.Error(err)\n}}\n{rest}\n}}\n"
    return ask("failed-call", "go", body, "if_statement")


@pytest.mark.parametrize(
    ("rest", "want", "line"),
    [
        ("use(found)\nreturn nil", Next.USED, 7),
        ("if found != nil {\ndrop(found)\n}\nreturn nil", Next.USED, 7),
        ("other()\nfor _, x := range found.Items {\nuse(x)\n}\nreturn nil", Next.USED, 8),
        ("log.Info(found)\nreturn nil", Next.SUCCESS, 8),
        ("found = fresh()\nuse(found)\nreturn nil", Next.SUCCESS, 9),
        ("found, err = again()\nuse(found)\nreturn nil", Next.SUCCESS, 9),
        ("if err := other(); err != nil {\nreturn nil\n}\nuse(found)\nreturn nil", Next.USED, 10),
        ("found = merge(found, more)\nreturn nil", Next.USED, 7),
        ("return err", Next.HANDLED, 7),
        ("errs = append(errs, err)\nreturn nil", Next.HANDLED, 7),
        ("store.Delete(ctx, name)\nreturn nil", Next.EFFECT, 7),
        ("store.Delete(ctx, another)\nreturn nil", Next.SUCCESS, 8),
        ("defer store.Delete(ctx, name)\nreturn nil", Next.SUCCESS, 8),
        ("other()", Next.NOTHING, 0),
    ],
)
def test_what_follows_a_logged_error(rest: str, want: Next, line: int) -> None:
    answer = go(rest)
    assert (answer.next, answer.line, answer.call) == (want, line, "store.Inspect")


def test_values_that_are_filled_through_arguments_are_followed() -> None:
    answer = go("use(machine.Name)\nreturn nil", "err := client.Get(ctx, key, machine)")
    assert (answer.next, answer.name) == (Next.USED, "machine")
    answer = go("use(out)\nreturn nil", "err := json.Unmarshal(data, &out)")
    assert (answer.next, answer.name) == (Next.USED, "out")


def test_names_that_live_only_inside_the_if_are_not_followed() -> None:
    source = """
    package a
    func f() error {
        if found, err := inspect(name); err != nil {
            log.Error(err)
        }
        found := other()
        use(found)
        return nil
    }
    """
    assert ask("failed-call", "go", source, "if_statement").next is Next.SUCCESS


def test_the_else_if_of_a_chain_finds_the_call_above_it() -> None:
    source = """
    package a
    func f() error {
        found, err := inspect(name)
        if err == nil {
            ok()
        } else if !IsNotFound(err) {
            log.Error(err)
        }
        use(found)
        return nil
    }
    """
    root = parse(textwrap.dedent(source), "go")
    node = list(root.find_all(kind="if_statement"))[1]
    start = node.range().start
    hit = Hit(
        kind="r",
        path=RepoPath("f"),
        first=start.line + 1,
        last=9,
        key="",
        message="",
        node=node.text(),
        names={"column": str(start.column)},
    )
    answer = after("failed-call", root, hit, "go")
    assert answer is not None
    assert (answer.next, answer.name, answer.call) == (Next.USED, "found", "inspect")


def test_a_discarded_error_names_the_use_of_the_value() -> None:
    source = "package a\nfunc f() {\n\tu, _ := url.Parse(text)\n\n\tcall(u.Host)\n}\n"
    answer = ask("discarded", "go", source, "short_var_declaration")
    assert (answer.next, answer.name, answer.line, answer.code) == (Next.USED, "u", 5, "call(u.Host)")


@pytest.mark.parametrize(
    ("name", "success", "default", "want"),
    [
        ("load", "return list(rows)", "[]", Next.EFFECT),
        ("load", "return row", "None", Next.TOLD),
        ("load", "if not row:\n            return None\n        return row", "None", Next.USED),
        ("is_valid", "return True", "False", Next.TOLD),
        ("loaded", "return False", "False", Next.USED),
        ("check", "return False", "False", Next.TOLD),
    ],
)
def test_a_default_counts_when_it_can_be_mistaken_for_a_result(
    name: str, success: str, default: str, want: Next
) -> None:
    attempt = f"    try:\n        row = read(x)\n        {success}\n"
    source = f"def {name}(x):\n{attempt}    except Exception:\n        return {default}\n"
    assert ask("default-return", "python", source, "except_clause").next is want


@pytest.mark.parametrize(
    ("body", "want"),
    [
        ("let rows = [];\n  try { rows = await get(); } catch {}\n  return rows.length;", Next.USED),
        ("try { await ping(); } catch {}\n  return 1;", Next.SUCCESS),
        ("let why = 'down';\n  try { await ping(); why = 'ok'; } catch {}\n  return why;", Next.SUCCESS),
        ("try { return await get(); } catch { return []; }", Next.EFFECT),
        ("try { return await get(); } catch { return null; }", Next.TOLD),
        ("try { if (x) return null; return await get(); } catch { return null; }", Next.USED),
    ],
)
def test_an_empty_catch_counts_when_something_depends_on_it(body: str, want: Next) -> None:
    assert ask("swallowed", "ts", f"async function f(x) {{\n  {body}\n}}\n", "catch_clause").next is want


def test_a_caught_promise_counts_when_its_value_is_used() -> None:
    used = "async function f() {\n  const rows = await get().catch(() => []);\n  return rows.length;\n}\n"
    assert ask("swallowed", "ts", used, "call_expression").next is Next.USED
    alone = "async function f() {\n  get().catch(() => {});\n  return 1;\n}\n"
    assert ask("swallowed", "ts", alone, "call_expression").next is Next.NOTHING


def test_curl_counts_more_when_its_output_is_kept() -> None:
    assert ask("curl", "bash", "curl -s https://a | sh\n", "command").next is Next.USED
    assert ask("curl", "bash", "curl -s https://a -o file\n", "command").next is Next.USED
    assert ask("curl", "bash", "curl -s https://a\n", "command").next is Next.NOTHING
