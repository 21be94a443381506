// Lets the theme's pages run on Alpine's CSP build, which reads expressions instead of compiling
// them: no 'unsafe-eval' (ADR 0086). That build knows no global names and no statements, so the
// theme's few uses of either are given names here, before Alpine looks at the page.
"use strict";
document.addEventListener("alpine:init", () => {
  const OPEN = "sidebarDesktopOpen";

  // The theme's own functions, which its pages call by name.
  for (const give of [theme, searchForm, searchCommand]) Alpine.data(give.name, give);
  Alpine.data("searchDropdown", () => ({
    ...searchDropdown(),
    startSearch() {
      this.openSearchResults = true;
      this.currentIndex = 0;
    },
    endSearch() {
      this.openSearchResults = false;
      const field = this.$refs.searchInput;
      if (field.value === "") field.blur();
      else field.value = "";
    },
  }));

  const firstTab = /activeTab:\s*'([^']*)'/.exec(document.body.getAttribute("x-data") || "");
  Alpine.data("deskPage", () => ({
    activeTab: (firstTab && getCurrentTab()) || (firstTab ? firstTab[1] : ""),
    sidebarMobileOpen: false,
    sidebarDesktopOpen: localStorage.getItem(OPEN) !== "0",
    toggleSidebar() {
      this.sidebarDesktopOpen = !this.sidebarDesktopOpen;
      localStorage.setItem(OPEN, this.sidebarDesktopOpen ? "1" : "0");
    },
    formAction() {
      const tab = this.activeTab && this.activeTab !== "general" ? `#${this.activeTab}` : "";
      return location.pathname + location.search + tab;
    },
  }));
  document.body.setAttribute("x-data", "deskPage");
  document.body.removeAttribute("x-init");

  const rewritten = [
    ["x-on:focus", /^openSearchResults = true; currentIndex = 0$/, "startSearch()"],
    ["x-on:keydown.escape.prevent", /^openSearchResults = false; if /, "endSearch()"],
    ["x-bind:action", /^.*window\.location.*$/, "formAction()"],
    ["x-on:click", /^sidebarDesktopOpen = !sidebarDesktopOpen; /, "toggleSidebar()"],
    [
      "x-on:keydown.enter.prevent",
      /^if \(!\$event\.metaKey && !\$event\.ctrlKey\) (.*)$/,
      "!$event.metaKey && !$event.ctrlKey && $1",
    ],
  ];
  for (const [name, found, instead] of rewritten) {
    for (const element of document.querySelectorAll(`[${CSS.escape(name)}]`)) {
      const now = element.getAttribute(name).trim();
      if (found.test(now)) element.setAttribute(name, now.replace(found, instead).replace(/;$/, ""));
    }
  }
});
