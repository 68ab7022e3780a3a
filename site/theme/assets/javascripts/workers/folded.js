// The search's worker, for which é is e and œ is oe: the index and what is asked for are folded alike, the text that
// is shown is not. Material's own worker, which this address names after its ?, does all the rest.
const fold = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replace(/œ/g, "oe").replace(/æ/g, "ae");

const ASKED = 2; // Material's number for a message that asks; it holds what was typed

addEventListener("message", (event) => {
  const { type, data } = event.data;
  if (type !== ASKED || data === fold(data)) return;
  event.stopImmediatePropagation();
  dispatchEvent(new MessageEvent("message", { data: { type, data: fold(data) } }));
});

importScripts(location.search.slice(1));

// A token keeps the place of its word in the text: there is what a result shows and marks.
lunr.Token = class extends lunr.Token {
  constructor(word, about) { super(fold(word), about); }
};
