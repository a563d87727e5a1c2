"use strict";
(() => {
  const root = document.documentElement;
  const store = {
    get(key) { try { return localStorage.getItem(`deepreview.${key}`); } catch { return null; } },
    set(key, value) { try { localStorage.setItem(`deepreview.${key}`, value); } catch { /* a page from a file may have no store */ } },
  };
  const themes = ["system", "light", "dark"];
  let theme = themes.includes(store.get("theme")) ? store.get("theme") : "system";
  const paint = () => { if (theme === "system") delete root.dataset.theme; else root.dataset.theme = theme; };
  paint();
  root.classList.add("js");

  document.addEventListener("DOMContentLoaded", () => {
    const $ = (id) => document.getElementById(id);
    $("theme").textContent = `Theme: ${theme}`;
    $("theme").addEventListener("click", () => {
      theme = themes[(themes.indexOf(theme) + 1) % themes.length];
      store.set("theme", theme);
      paint();
      $("theme").textContent = `Theme: ${theme}`;
    });
    let shut = [];
    addEventListener("beforeprint", () => { shut = [...document.querySelectorAll("details:not([open])")]; shut.forEach((fold) => { fold.open = true; }); });
    addEventListener("afterprint", () => { shut.forEach((fold) => { fold.open = false; }); });
    if ($("data")) index($);
  });

  // The list of changes. All text goes in as text, never as markup.
  const SVG = "http://www.w3.org/2000/svg";
  const element = (name, attributes = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };
  const drawn = (name, attributes, ...children) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };
  const spark = (course) => {
    const high = Math.max(1, ...course);
    const step = 66 / Math.max(1, course.length - 1);
    const spots = course.map((number, at) => [3 + at * step, 17 - (14 * number) / high]);
    const [x, y] = spots.at(-1);
    const rounds = course.slice(0, -1).join(", ") || "none";
    return drawn("svg", { class: "spark", role: "img", "aria-label": `open findings by round: ${rounds}; now ${course.at(-1)}`, viewBox: "0 0 72 20", width: 72, height: 20 },
      drawn("polyline", { points: spots.map(([a, b]) => `${a.toFixed(1)},${b.toFixed(1)}`).join(" ") }),
      drawn("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: 2.4 }));
  };
  const MARKS = { m: "merge", f: "fixes", r: "rework", n: "none" };
  const WEIGHT = { r: 4, f: 3, m: 2, n: 1 };

  const index = ($) => {
    const data = JSON.parse($("data").textContent);
    const rows = data.rows.map(([file, shelf, repo, number, title, branch, kind, verdict, mark, rounds, c, i, s, started, course, reviewers]) => ({
      href: `changes/${data.shelves[shelf]}/${file || `pr-${number}.html`}`,
      repo: data.repos[repo], number, title, branch, kind, verdict: data.verdicts[verdict], mark, rounds, c, i, s, started, course, reviewers,
      text: `#${number} ${title} ${branch} ${data.repos[repo]} ${data.verdicts[verdict]}`.toLowerCase(),
    }));
    const STEP = 100;
    const body = $("changes").tBodies[0];
    let shown = STEP;
    let sort = "started";
    let down = true;
    let passing = rows;

    const cell = (number, severity) => element("td", { class: `num ${number ? severity : "zero"}` }, String(number));
    const made = (row) => element("tr", {},
      element("th", { scope: "row" },
        element("a", { href: row.href }, `${row.number ? `#${row.number} ` : ""}${row.title}`),
        ...(row.kind ? [" ", element("span", { class: "badge" }, data.kinds[row.kind])] : []),
        element("span", { class: "dim under" }, `${row.repo}${row.branch ? ` · ${row.branch}` : ""}`)),
      element("td", {}, element("span", { class: `mark ${MARKS[row.mark] || ""}` }, row.verdict)),
      element("td", { class: "num" }, String(row.rounds)),
      cell(row.c, "critical"), cell(row.i, "important"), cell(row.s, "suggestion"),
      element("td", {}, spark(row.course.split(" ").map(Number))),
      element("td", { class: "when" }, row.started));
    const draw = () => {
      body.replaceChildren(...passing.slice(0, shown).map(made));
      const all = `${rows.length} change${rows.length === 1 ? "" : "s"}`;
      $("shown").textContent = passing.length === rows.length ? all : `${passing.length} of ${all}`;
      $("nothing").hidden = passing.length > 0 || !rows.length;
      more();
    };
    const more = () => {
      $("more").hidden = passing.length <= shown;
      $("more").textContent = `Show ${Math.min(STEP, passing.length - shown)} more of ${passing.length}`;
    };
    const STATES = {
      "": () => true,
      open: (row) => row.c + row.i + row.s > 0,
      heavy: (row) => row.c + row.i > 0,
      done: (row) => row.c + row.i + row.s === 0,
    };
    const KEYS = { verdict: (row) => WEIGHT[row.mark] || 0, title: (row) => row.title.toLowerCase() };
    const filter = () => {
      const words = $("q").value.toLowerCase().split(/\s+/).filter(Boolean);
      const [verdict, kind, reviewer] = [$("verdict").value, $("kind").value, $("reviewer").value];
      const state = STATES[$("state").value];
      passing = rows.filter((row) => (!verdict || (row.mark || "n") === verdict)
        && (kind === "" || row.kind === Number(kind))
        && (reviewer === "" || row.reviewers.includes(Number(reviewer)))
        && state(row) && words.every((word) => row.text.includes(word)));
      const key = KEYS[sort] || ((row) => row[sort]);
      const by = (a, b) => { const [x, y] = [key(a), key(b)]; return x < y ? -1 : x > y ? 1 : 0; };
      if (sort !== "started" || !down) passing.sort((a, b) => (down ? by(b, a) : by(a, b)));
      shown = STEP;
      draw();
    };

    const option = (select, words, value) => select.append(element("option", { value }, words));
    data.reviewers.map((name, at) => [name, at]).sort().forEach(([name, at]) => option($("reviewer"), name, at));
    const kinds = new Set(rows.map((row) => row.kind));
    data.kinds.forEach((name, at) => { if (kinds.has(at)) option($("kind"), name, at); });
    if (kinds.size < 2) $("kind").parentElement.hidden = true;

    const heads = [...document.querySelectorAll("th[data-sort]")];
    heads.forEach((head) => {
      const button = element("button", { type: "button" });
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        down = head.dataset.sort === sort ? !down : head.dataset.sort !== "title";
        sort = head.dataset.sort;
        heads.forEach((one) => one.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        filter();
      });
    });
    const clear = () => { for (const id of ["q", "verdict", "state", "reviewer", "kind"]) $(id).value = ""; filter(); };
    $("q").addEventListener("input", filter);
    for (const id of ["verdict", "state", "reviewer", "kind"]) $(id).addEventListener("change", filter);
    $("clear").addEventListener("click", () => { clear(); $("q").focus(); });
    $("more").addEventListener("click", () => {
      const first = shown;
      shown += STEP;
      body.append(...passing.slice(first, shown).map(made));
      more();
      body.rows[first]?.querySelector("a").focus();
    });
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      const field = event.target.closest?.("input, select, textarea");
      if (event.key === "Escape" && (!field || field.id === "q")) { clear(); field?.blur(); }
      if (event.key === "/" && !field) { event.preventDefault(); $("q").focus(); }
    });
    if (["q", "verdict", "state", "reviewer", "kind"].some((id) => $(id).value)) filter(); else more();
    performance.mark("ready");
  };
})();
