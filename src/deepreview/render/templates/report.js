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
    const findings = [...document.querySelectorAll("article.finding")];
    const entries = new Map([...document.querySelectorAll(".toc ol a")].map((a) => [a.hash.slice(1), a]));
    const titles = document.querySelector(".toc .titles");
    if (titles && findings.length > 8 && !matchMedia("(min-width: 70rem)").matches) titles.open = false;

    const nextTheme = () => {
      theme = themes[(themes.indexOf(theme) + 1) % themes.length];
      store.set("theme", theme);
      paint();
      $("theme").textContent = `Theme: ${theme}`;
    };
    $("theme").textContent = `Theme: ${theme}`;
    $("theme").addEventListener("click", nextTheme);

    const button = (words, done) => {
      const made = document.createElement("button");
      made.type = "button";
      made.textContent = words;
      made.addEventListener("click", done);
      return made;
    };
    const write = async (text) => {
      try { await navigator.clipboard.writeText(text); return true; } catch { /* a page from a file may have no clipboard */ }
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      return done;
    };
    const copier = (words, name, text) => {
      const copy = button(words, async () => {
        const done = await write(text());
        copy.focus();
        copy.textContent = done ? "copied" : "not allowed here";
        copy.ariaLabel = null;
        setTimeout(() => { copy.textContent = words; copy.ariaLabel = name; }, 1500);
      });
      copy.ariaLabel = name;
      return copy;
    };
    const toggle = (finding) => {
      const shut = root.classList.contains("compact") ? !finding.classList.toggle("open") : finding.classList.toggle("folded");
      finding.querySelector(".act .shut").setAttribute("aria-expanded", String(!shut));
    };
    const furnish = (finding) => {
      const act = document.createElement("p");
      act.className = "act";
      const place = finding.querySelector(".place > :first-child");
      const label = document.createElement("span");
      label.textContent = "Copy";
      act.append(label, copier("location", "Copy location", () => place.textContent));
      if (place.href) act.append(copier("permalink", "Copy permalink", () => place.href));
      act.append(copier("link", "Copy link to this finding", () => `${location.href.split("#")[0]}#${finding.id}`));
      const shut = button("Fold", () => toggle(finding));
      shut.className = "shut";
      shut.setAttribute("aria-expanded", "true");
      act.append(shut);
      finding.querySelector("header").append(act);
      const patch = finding.querySelector(".patch");
      if (!patch) return;
      const copy = copier("Copy patch", "Copy patch", () => patch.querySelector("pre").textContent);
      copy.className = "copy";
      patch.querySelector("summary").after(copy);
    };
    findings.forEach(furnish);

    let current = null;
    const go = (finding) => {
      if (current) entries.get(current.id)?.removeAttribute("aria-current");
      current = finding;
      entries.get(finding.id)?.setAttribute("aria-current", "true");
      history.replaceState(null, "", `#${finding.id}`);
      finding.focus({ preventScroll: true });
      finding.scrollIntoView({ block: "start", behavior: "instant" });
      // What is laid out on the way may move it: the second look is exact.
      requestAnimationFrame(() => finding.scrollIntoView({ block: "start", behavior: "instant" }));
    };
    const step = (by) => {
      const seen = findings.filter((f) => !f.hidden);
      if (!seen.length) return;
      const at = seen.indexOf(current);
      go(seen[at < 0 ? (by > 0 ? 0 : seen.length - 1) : Math.min(seen.length - 1, Math.max(0, at + by))]);
    };

    const compact = (on) => {
      root.classList.toggle("compact", on);
      findings.forEach((f) => f.classList.remove("open"));
      $("compact").setAttribute("aria-pressed", String(on));
      if (current) go(current);
    };
    const chips = [...document.querySelectorAll(".chips button")];
    const text = new Map();
    const textOf = (finding) => {
      if (!text.has(finding)) text.set(finding, finding.textContent.toLowerCase());
      return text.get(finding);
    };
    const filter = () => {
      const wanted = $("filter-text").value.toLowerCase().split(/\s+/).filter(Boolean);
      const reviewer = $("filter-reviewer").value;
      const severities = new Set(chips.filter((c) => c.ariaPressed === "true").map((c) => c.dataset.severity));
      let count = 0;
      for (const finding of findings) {
        const passes = severities.has(finding.dataset.severity)
          && (!reviewer || finding.dataset.reviewers.split("\n").includes(reviewer))
          && wanted.every((word) => textOf(finding).includes(word));
        finding.hidden = !passes;
        const entry = entries.get(finding.id);
        if (entry) entry.parentElement.hidden = !passes;
        count += passes;
      }
      const all = `${findings.length} finding${findings.length === 1 ? "" : "s"}`;
      $("shown").textContent = count === findings.length ? all : `${count} of ${all}`;
      $("nothing").hidden = count > 0;
    };
    const clear = () => {
      $("filter-text").value = "";
      $("filter-reviewer").value = "";
      chips.forEach((c) => c.setAttribute("aria-pressed", "true"));
      filter();
    };
    const reveal = () => {
      const target = $(location.hash.slice(1));
      if (!target) return;
      if (target.closest("article.finding[hidden]")) clear();
      for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
      const finding = target.closest("article.finding");
      if (finding) go(finding);
    };

    if (findings.length) {
      let waiting = 0;
      $("filter-text").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(filter, findings.length > 200 ? 120 : 0); });
      $("filter-reviewer").addEventListener("change", filter);
      chips.forEach((c) => c.addEventListener("click", () => { c.setAttribute("aria-pressed", String(c.ariaPressed !== "true")); filter(); }));
      $("clear").addEventListener("click", () => { clear(); $("filter-text").focus(); });
      $("compact").addEventListener("click", () => compact(!root.classList.contains("compact")));
      addEventListener("hashchange", reveal);
      if (location.hash.length > 1) reveal();
    }

    const help = $("help");
    $("help-open").addEventListener("click", () => help.showModal());
    $("help-close").addEventListener("click", () => help.close());
    $("keys").checked = store.get("keys") !== "off";
    $("keys").addEventListener("change", () => store.set("keys", $("keys").checked ? "on" : "off"));

    const keys = {
      j: () => step(1),
      k: () => step(-1),
      o: () => { if (current) toggle(current); },
      c: () => { if (findings.length) compact(!root.classList.contains("compact")); },
      "/": () => { if (findings.length) $("filter-text").focus(); },
      "?": () => help.showModal(),
      t: nextTheme,
    };
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || help.open) return;
      const field = event.target.closest?.("input, select, textarea");
      if (field) {
        if (event.key === "Escape" && field.id === "filter-text") { clear(); field.blur(); }
        return;
      }
      if (event.key === "Escape" && findings.length) { clear(); return; }
      const act = $("keys").checked && Object.hasOwn(keys, event.key) ? keys[event.key] : null;
      if (!act) return;
      event.preventDefault();
      act();
    });

    const folds = [...document.querySelectorAll("main details")];
    let shut = [];
    addEventListener("beforeprint", () => { shut = folds.filter((fold) => !fold.open); shut.forEach((fold) => { fold.open = true; }); });
    addEventListener("afterprint", () => { shut.forEach((fold) => { fold.open = false; }); });
  });
})();
