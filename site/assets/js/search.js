// The index of the search is large, and few readers search: it is asked for when somebody turns to the search.
(() => {
  const { open, send } = XMLHttpRequest.prototype;
  const turned = new Promise((go) => {
    const turns = (event) => { if (event.target.closest?.(".md-search, [for=__search]")) go(); };
    for (const kind of ["focusin", "pointerdown"]) document.addEventListener(kind, turns);
    if (new URLSearchParams(location.search).has("q")) go();
  });
  XMLHttpRequest.prototype.open = function (method, address, ...rest) {
    this.waits = String(address).endsWith("/search/search_index.json");
    return open.call(this, method, address, ...rest);
  };
  XMLHttpRequest.prototype.send = function (body) {
    if (this.waits) turned.then(() => send.call(this, body));
    else send.call(this, body);
  };
})();
