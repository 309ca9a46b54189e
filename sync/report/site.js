// dbt's page hears clicks on things that no key reaches and no reader names.
(() => {
  const CLICKED = "a[ng-click]:not([href]), span[ng-click], tr[ng-click], .app-footer[ng-click]";
  const NAMES = { "app-footer": "Close the search" };

  function reachable(one) {
    one.tabIndex = 0;
    if (one.tagName !== "TR") one.setAttribute("role", "button");
    // Its words are in two halves.
    if (one.title) one.setAttribute("aria-label", one.title);
    for (const [part, name] of Object.entries(NAMES))
      if (one.classList.contains(part)) one.setAttribute("aria-label", name);
  }

  function mend() {
    document.querySelectorAll(CLICKED).forEach((one) => {
      if (!one.hasAttribute("tabindex")) reachable(one);
    });
    for (const one of document.querySelectorAll(".detail-body, table, pre.code"))
      if (one.scrollWidth > one.clientWidth) one.tabIndex = 0;
    const search = document.getElementById("search");
    if (search) search.setAttribute("aria-label", "Search");
    const launcher = document.querySelector(".launcher-btn a");
    if (launcher) launcher.setAttribute("aria-label", "Show where this comes from and goes to");
    const heading = document.querySelector(".app-content h1");
    if (heading) document.title = heading.textContent.trim().split(/\s{2,}|\n/)[0];
  }

  document.addEventListener("keydown", (event) => {
    if (!["Enter", " "].includes(event.key) || !event.target.matches(CLICKED)) return;
    event.preventDefault();
    event.target.click();
  });
  let waits = 0;
  function soon() {
    if (!waits) waits = requestAnimationFrame(() => { waits = 0; mend(); });
  }
  new MutationObserver(soon).observe(document, { childList: true, subtree: true });
  addEventListener("resize", soon);
})();
