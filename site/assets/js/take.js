// What is taken away: links that ask for what stands on the screen now, files of a text that is too long for an address,
// and the drawing as a picture, which is made here.
(() => {
  const MOST = 6000; // characters of an address, as panels/screen/state.py bounds it
  const FRAME = ["lock", "hide", "theme"];
  const barred = self.origin === "null"; // a sandbox, in which nothing is saved

  // What the screen asks for: a panel's form, or the memory of the lab.
  function asked(menu) {
    const form = menu.closest("form");
    const found = new URLSearchParams();
    if (form) {
      for (const [name, value] of new FormData(form)) if (value !== "" || name === "prompt") found.set(name, value);
      if (found.get("top_k") === "0") found.set("top_k", "none");
      if (found.get("top_p") === "1") found.set("top_p", "none");
      return found;
    }
    const memory = document.querySelector("#memory textarea, #memory input");
    for (const [name, value] of Object.entries(JSON.parse(memory.value))) {
      const written = Array.isArray(value) ? value.join(".") : value === null ? "none" : String(Number(value) === value || typeof value === "string" ? value : Number(value));
      if (written !== "" || name === "prompt") found.set(name, written);
    }
    return found;
  }

  function refresh(menu) {
    const now = asked(menu);
    for (const link of menu.querySelectorAll("[data-take], [data-embed]")) {
      const [place, old] = link.getAttribute("href").split("?");
      const more = new URLSearchParams(old);
      const query = new URLSearchParams(now);
      if (link.matches("[data-take]")) for (const name of FRAME) query.delete(name);
      for (const name of ["panel", "decimal"]) if (more.has(name)) query.set(name, more.get(name));
      link.href = place + "?" + query;
    }
  }

  function save(blob, name) {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  const answer = (place, body) => fetch(place, { method: "POST", body }).then((sent) => (sent.ok ? sent : Promise.reject(sent)));

  async function takeLong(link) {
    const [place, query] = link.getAttribute("href").split("?");
    save(await (await answer(place, new URLSearchParams(query))).blob(), place.split("/").at(-1));
  }

  async function takePicture(menu, kind) {
    const place = menu.querySelector("[data-take][href*='.json']").getAttribute("href").split("?")[0];
    const { about, title, panel, stamp } = await (await answer(place, asked(menu))).json();
    const chosen = menu.querySelector("[data-picture-of]")?.value;
    const root = chosen ? document.querySelector(`#panel-${chosen}`) : menu.closest("form").querySelector(".drawing");
    const { picture, painted } = await import("./picture.js");
    const svg = await picture(root, title, stamp);
    const name = `${chosen ?? panel}-${about.date.slice(0, 10)}.${kind}`;
    save(kind === "png" ? await painted(svg) : new Blob([svg], { type: "image/svg+xml" }), name);
  }

  for (const kind of ["toggle", "pointerdown", "focusin"]) {
    document.addEventListener(kind, ({ target }) => {
      const menu = target.closest?.(".take");
      if (!menu) return;
      for (const part of menu.querySelectorAll("[data-pictures]")) part.hidden = barred;
      const told = menu.querySelector(".take-barred");
      told.hidden = !barred;
      refresh(menu);
      if (barred) told.querySelector("[data-here]").textContent = document.baseURI.split("?")[0] + "?" + asked(menu);
    }, true);
  }

  document.addEventListener("click", async (event) => {
    const menu = event.target.closest?.(".take");
    const link = event.target.closest?.("[data-take]");
    const kind = event.target.closest?.("[data-picture]")?.dataset.picture;
    const long = link && link.getAttribute("href").length > MOST;
    if (!menu || (!kind && !long)) return;
    event.preventDefault();
    const told = menu.querySelector(".take-told");
    told.textContent = told.dataset.made;
    try {
      await (kind ? takePicture(menu, kind) : takeLong(link));
      told.textContent = "";
    } catch {
      told.textContent = told.dataset.failed;
    }
  });
})();
