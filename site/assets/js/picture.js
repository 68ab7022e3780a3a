// A drawing as it stands on the screen, made an SVG of shapes and texts that any program opens: every box, line, text
// and picture at its place, in its colours and typefaces, which the file holds. A PNG is that SVG, painted.

const PAD = 20, LINE = 15, SCALE = 2;
const SHAPE = [
  "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linecap", "stroke-linejoin",
  "opacity", "font-family", "font-size", "font-weight", "font-style", "font-variant-numeric", "text-anchor", "dominant-baseline",
  "letter-spacing", "visibility", "marker-start", "marker-end",
];
const COLOUR = String.raw`(?:rgba?|color)\([^)]*\)`;
const ink = document.createElement("canvas").getContext("2d");

const escaped = (text) => String(text)
  .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "\ufffd")
  .replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]);
const round = (number) => Math.round(100 * number) / 100;
const attributes = (values) => Object.entries(values)
  .filter(([, value]) => value !== undefined && value !== "")
  .map(([name, value]) => ` ${name}="${escaped(typeof value === "number" ? round(value) : value)}"`).join("");
const element = (tag, values, inner) => `<${tag}${attributes(values)}${inner === undefined ? "/>" : `>${inner}</${tag}>`}`;

// A colour that any program reads: [#rrggbb, opacity].
function colour(computed) {
  const mixed = /^color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)(?: \/ ([\d.e-]+))?\)/.exec(computed);
  const [r, g, b, a = 1] = mixed
    ? [...mixed.slice(1, 4).map((part) => 255 * part), mixed[4]]
    : (computed.match(/[\d.]+/g) ?? [0, 0, 0, 0]);
  const hex = [r, g, b].map((part) => Math.round(part).toString(16).padStart(2, "0")).join("");
  return { paint: "#" + hex, alpha: Number(a) };
}

class Drawing {
  constructor(root) {
    this.root = root;
    this.box = root.getBoundingClientRect();
    this.out = [];
    this.defs = [];
    this.faces = new Set();
  }

  place(rect) {
    return { x: rect.left - this.box.left + PAD, y: rect.top - this.box.top + PAD, width: rect.width, height: rect.height };
  }

  walk(node) {
    const style = getComputedStyle(node);
    if (style.display === "none" || style.visibility === "hidden" || style.opacity === "0") return;
    if (style.clipPath.startsWith("inset(50%")) return; // for those who listen
    if (node instanceof SVGSVGElement) return void this.out.push(this.svg(node));
    const turned = this.turn(style);
    const inline = style.display === "inline";
    for (const rect of inline ? node.getClientRects() : [node.getBoundingClientRect()]) {
      if (turned && !node.firstChild) this.tilted(node, style, rect, turned);
      else this.paint(style, this.place(rect));
    }
    const closed = node.matches("details:not([open])");
    const clip = style.overflowX !== "visible" && !inline ? this.clip(node, style) : "";
    if (clip) this.out.push(`<g clip-path="url(#${clip})">`);
    this.pseudo(node, "::before");
    for (const child of node.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) this.text(child, node, style);
      else if (child.nodeType === Node.ELEMENT_NODE && !(closed && child.tagName !== "SUMMARY")) this.walk(child);
    }
    this.pseudo(node, "::after");
    if (clip) this.out.push("</g>");
  }

  turn(style) {
    const parts = /^matrix\(([^)]*)\)/.exec(style.transform)?.[1].split(",").map(Number);
    return parts ? Math.round(Math.atan2(parts[1], parts[0]) * 180 / Math.PI) : 0;
  }

  clip(node, style) {
    const over = node.scrollWidth > node.clientWidth + 1 || node.scrollHeight > node.clientHeight + 1;
    const box = this.place(node.getBoundingClientRect());
    const rx = this.radius(style, box);
    if (!over && !rx) return "";
    const id = `clip${this.defs.length}`;
    this.defs.push(element("clipPath", { id }, element("rect", { ...box, rx })));
    return id;
  }

  radius(style, box) {
    const half = Math.min(box.width, box.height) / 2;
    const radius = style.borderTopLeftRadius;
    return Math.min(half, radius.endsWith("%") ? half * parseFloat(radius) / 50 : parseFloat(radius) || 0) || undefined;
  }

  tilted(node, style, rect, angle) {
    const { x, y, width, height } = this.place(rect);
    const [w, h] = [node.offsetWidth, node.offsetHeight];
    this.out.push(`<g transform="rotate(${angle} ${round(x + width / 2)} ${round(y + height / 2)})">`);
    this.paint(style, { x: x + (width - w) / 2, y: y + (height - h) / 2, width: w, height: h });
    this.out.push("</g>");
  }

  rect(box, paint, more = {}) {
    const { paint: fill, alpha } = colour(paint);
    if (alpha && box.width > 0 && box.height > 0) {
      this.out.push(element("rect", { ...box, fill, "fill-opacity": alpha < 1 ? alpha : undefined, ...more }));
    }
  }

  paint(style, box) {
    const rx = this.radius(style, box);
    this.rect(box, style.backgroundColor, { rx });
    if (style.backgroundImage !== "none") this.hatch(style, box, rx);
    for (const shadow of style.boxShadow.matchAll(new RegExp(`(${COLOUR}) (-?[\\d.]+)px (-?[\\d.]+)px ([\\d.]+)px (-?[\\d.]+)px inset`, "g"))) {
      const [dx, spread] = [Number(shadow[2]), Number(shadow[5])];
      if (dx > 0) this.rect({ ...box, width: dx }, shadow[1]);
      if (spread > 0) this.frame(box, shadow[1], spread, rx);
    }
    this.borders(style, box, rx);
    const outline = parseFloat(style.outlineWidth) || 0;
    if (style.outlineStyle !== "none" && outline) {
      const off = parseFloat(style.outlineOffset) || 0;
      const by = off + outline;
      this.frame({ x: box.x - by, y: box.y - by, width: box.width + 2 * by, height: box.height + 2 * by }, style.outlineColor, outline, rx);
    }
  }

  frame({ x, y, width, height }, paint, line, rx, dashes) {
    const { paint: stroke, alpha } = colour(paint);
    if (!alpha || width <= line || height <= line) return;
    this.out.push(element("rect", {
      x: x + line / 2, y: y + line / 2, width: width - line, height: height - line, rx, fill: "none", stroke,
      "stroke-width": line, "stroke-opacity": alpha < 1 ? alpha : undefined,
      "stroke-dasharray": { dashed: `${3 * line} ${2 * line}`, dotted: `${line} ${line}` }[dashes],
    }));
  }

  borders(style, box, rx) {
    const sides = ["Top", "Right", "Bottom", "Left"].map((side) => ({
      line: style[`border${side}Style`] === "none" ? 0 : parseFloat(style[`border${side}Width`]) || 0, paint: style[`border${side}Color`],
    }));
    const [top, right, bottom, left] = sides;
    if (top.line && sides.every((side) => side.line === top.line && side.paint === top.paint)) {
      return this.frame(box, top.paint, top.line, rx, style.borderTopStyle);
    }
    if (top.line) this.rect({ ...box, height: top.line }, top.paint);
    if (bottom.line) this.rect({ ...box, y: box.y + box.height - bottom.line, height: bottom.line }, bottom.paint);
    if (left.line) this.rect({ ...box, width: left.line }, left.paint);
    if (right.line) this.rect({ ...box, x: box.x + box.width - right.line, width: right.line }, right.paint);
  }

  // Hatches, and a line across a box: what the drawings make of gradients.
  hatch(style, box, rx) {
    const image = style.backgroundImage;
    const stops = [...image.matchAll(new RegExp(`(${COLOUR}|transparent) ([\\d.]+)px(?: ([\\d.]+)px)?`, "g"))]
      .flatMap(([, paint, from, to]) => [[paint, Number(from)], ...(to ? [[paint, Number(to)]] : [])]);
    if (image.startsWith("repeating") && stops.length > 1) {
      const period = stops.at(-1)[1];
      const angle = parseFloat(/\((-?[\d.]+)deg/.exec(image)?.[1] ?? 180) - 90;
      const stripes = stops.slice(1).map(([paint, to], at) => {
        const { paint: fill, alpha } = colour(paint);
        const from = stops[at][1];
        return alpha && to > from ? element("rect", { x: from, y: 0, width: to - from, height: period, fill, "fill-opacity": alpha }) : "";
      });
      const id = `hatch${this.defs.length}`;
      this.defs.push(element("pattern", {
        id, width: period, height: period, patternUnits: "userSpaceOnUse",
        patternTransform: `translate(${round(box.x)} ${round(box.y + (angle === -90 ? box.height : 0))}) rotate(${angle})`,
      }, stripes.join("")));
      this.out.push(element("rect", { ...box, rx, fill: `url(#${id})` }));
      return;
    }
    const [wide, high = "auto"] = style.backgroundSize.split(" ");
    const [across, down = "0%"] = style.backgroundPosition.split(" ");
    const length = (size, whole) => (size.endsWith("%") ? whole * parseFloat(size) / 100 : parseFloat(size) || whole);
    const [width, height] = [length(wide, box.width), length(high, box.height)];
    const paint = new RegExp(COLOUR).exec(image)?.[0];
    if (paint) {
      this.rect({
        x: box.x + (box.width - width) * parseFloat(across) / 100, y: box.y + (box.height - height) * parseFloat(down) / 100, width, height,
      }, paint);
    }
  }

  // What a style puts before or after: a shape at its place, or a text at the beginning of its line.
  pseudo(node, which) {
    const style = getComputedStyle(node, which);
    if (style.content === "none" || style.content === "normal" || style.display === "none") return;
    const of = this.place(node.getBoundingClientRect());
    const said = this.said(node, style.content);
    if (style.position === "absolute") {
      const side = (name) => parseFloat(style[name]) || 0;
      const moved = /^matrix\(([^)]*)\)/.exec(style.transform)?.[1].split(",").map(Number) ?? [1, 0, 0, 1, 0, 0];
      const lines = ["Left", "Right", "Top", "Bottom"].map((name) => parseFloat(style[`border${name}Width`]) || 0);
      const x = of.x + node.clientLeft + side("left") + moved[4], y = of.y + node.clientTop + side("top") + moved[5];
      const [width, height] = [side("width"), side("height")];
      if (!width && !height && lines[2]) { // a triangle of borders
        const { paint: fill } = colour(style.borderTopColor);
        this.out.push(element("path", { d: `M${round(x)} ${round(y)}h${lines[0] + lines[1]}l${-lines[1]} ${lines[2]}z`, fill }));
      } else this.paint(style, { x, y, width, height });
    } else if (said) {
      const own = getComputedStyle(node);
      const size = parseFloat(style.fontSize);
      this.write(said, style, { x: of.x + parseFloat(own.paddingLeft), y: of.y + parseFloat(own.paddingTop) + (parseFloat(style.lineHeight) || 1.2 * size) / 2 });
    }
  }

  said(node, content) {
    if (content.startsWith("counter(")) return String([...node.parentElement.children].indexOf(node) + 1);
    const named = /^attr\(([\w-]+)\)/.exec(content);
    return named ? node.getAttribute(named[1]) : content.replace(/^"|"$/g, "");
  }

  text(node, parent, style) {
    if (!node.data.trim() && !style.whiteSpace.startsWith("pre")) return;
    const range = document.createRange();
    if (style.writingMode.startsWith("vertical")) {
      range.selectNodeContents(node);
      return this.upright(node.data, style, this.place(range.getBoundingClientRect()), this.turnOf(parent));
    }
    let run = null, at = 0;
    const flush = () => { if (run && run.text.trim()) this.line(run, style, parent); run = null; };
    for (const sign of node.data) {
      range.setStart(node, at);
      range.setEnd(node, at += sign.length);
      const rect = [...range.getClientRects()].findLast((each) => each.width) ?? range.getClientRects()[0];
      if (!rect) { if (run && sign.trim()) run.text += sign; continue; }
      if (run && (Math.abs(rect.top - run.top) > 1 || rect.left < run.right - 2 || rect.left > run.right + 2)) flush();
      run ??= { text: "", left: rect.left, top: rect.top, height: rect.height, right: rect.left };
      run.text += sign === "\n" ? "" : sign;
      run.right = Math.max(run.right, rect.right);
    }
    flush();
  }

  turnOf(node) {
    for (let each = node; each && each !== this.root; each = each.parentElement) {
      const turned = this.turn(getComputedStyle(each));
      if (turned) return turned;
    }
    return 0;
  }

  measured(style) {
    ink.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = ink.measureText("x");
    return [up, down];
  }

  line({ text, left, right, top, height }, style, parent) {
    const { x, y } = this.place({ left, top, width: 0, height: 0 });
    const written = text.replace(/\s+$/, "");
    this.write(written, style, { x, y: y + height / 2, length: written === text ? right - left : undefined, under: this.underlined(parent) });
  }

  underlined(parent) {
    for (let node = parent; node && node !== this.root; node = node.parentElement) {
      const style = getComputedStyle(node);
      if (style.textDecorationLine !== "none") return `text-decoration:${style.textDecorationLine} ${style.textDecorationStyle} ${colour(style.textDecorationColor).paint}`;
      if (!style.display.startsWith("inline")) return "";
    }
    return "";
  }

  // `y` is the middle of the line.
  write(text, style, { x, y, length, anchor, turn, under = "" }) {
    const [up, down] = this.measured(style);
    const { paint: fill, alpha } = colour(style.color);
    const cased = { uppercase: text.toUpperCase(), lowercase: text.toLowerCase() }[style.textTransform] ?? text;
    this.faces.add(`${style.fontFamily.split(",")[0].replace(/["']/g, "")}|${style.fontStyle === "italic" ? "italic" : "normal"}`);
    this.out.push(element("text", {
      x, y: y + (up - down) / 2, fill, "fill-opacity": alpha < 1 ? alpha : undefined,
      "font-family": style.fontFamily, "font-size": parseFloat(style.fontSize),
      "font-weight": style.fontWeight === "400" ? undefined : style.fontWeight,
      "font-style": style.fontStyle === "normal" ? undefined : style.fontStyle,
      "letter-spacing": style.letterSpacing === "normal" ? undefined : style.letterSpacing,
      "text-anchor": anchor, transform: turn ? `rotate(${turn} ${round(x)} ${round(y)})` : undefined,
      textLength: length, lengthAdjust: length ? "spacingAndGlyphs" : undefined,
      style: `white-space:pre;${style.fontVariantNumeric === "normal" ? "" : `font-variant-numeric:${style.fontVariantNumeric};`}${under}`,
    }, escaped(cased)));
  }

  upright(text, style, box, turned) {
    const y = box.y + box.height / 2;
    this.write(text, style, { x: box.x + box.width / 2, y, anchor: "middle", turn: Math.abs(turned) === 180 ? -90 : 90, length: box.height });
  }

  svg(node) {
    const copy = node.cloneNode(true);
    const pairs = [[node, copy]];
    while (pairs.length) {
      const [one, other] = pairs.pop();
      const style = getComputedStyle(one);
      const children = [...one.children].map((child, at) => [child, other.children[at]]);
      if (style.display === "none" && !one.closest("defs")) { other.remove(); continue; }
      const shaped = SHAPE.map((name) => [name, style.getPropertyValue(name)]).filter(([, value]) => value && value !== "none" || value === "none")
        .map(([name, value]) => `${name}:${value.replace(new RegExp(COLOUR, "g"), (each) => {
          const { paint, alpha } = colour(each);
          return alpha === 1 ? paint : `rgba(${parseInt(paint.slice(1, 3), 16)},${parseInt(paint.slice(3, 5), 16)},${parseInt(paint.slice(5), 16)},${alpha})`;
        })}`);
      other.setAttribute("style", shaped.join(";"));
      other.removeAttribute("class");
      if (one instanceof SVGTextContentElement) this.faces.add(`${style.fontFamily.split(",")[0].replace(/["']/g, "")}|${style.fontStyle}`);
      pairs.push(...children);
    }
    for (const [name, value] of Object.entries(this.place(node.getBoundingClientRect()))) copy.setAttribute(name, round(value));
    return new XMLSerializer().serializeToString(copy);
  }
}

// The typefaces that were used, as they are served, within the file.
async function typefaces(faces) {
  const place = new URL("../fonts/", import.meta.url);
  const blocks = (await (await fetch(new URL("fonts.css", place))).text()).match(/@font-face\s*\{[^}]*\}/g) ?? [];
  const wanted = blocks.filter((block) => {
    const family = /font-family:\s*"([^"]+)"/.exec(block)[1];
    return faces.has(`${family}|${/font-style:\s*(\w+)/.exec(block)[1]}`);
  });
  return Promise.all(wanted.map(async (block) => {
    const data = await (await fetch(new URL(/url\("([^"]+)"\)/.exec(block)[1], place))).blob();
    const address = await new Promise((done) => {
      const reader = new FileReader();
      reader.onload = () => done(reader.result);
      reader.readAsDataURL(data);
    });
    return block.replace(/url\("[^"]+"\)/, `url("${address}")`);
  }));
}

// Where a drawing comes from, as few lines as fit; an address is cut where it must be.
function filled(lines, width) {
  ink.font = "11px Inter, sans-serif";
  const fits = (text) => ink.measureText(text).width <= width;
  const found = [];
  for (const line of lines) {
    if (found.length && fits(`${found.at(-1)} · ${line}`)) { found.push(`${found.pop()} · ${line}`); continue; }
    let rest = line;
    while (!fits(rest)) {
      let most = rest.length - 1;
      while (most > 1 && !fits(rest.slice(0, most))) most--;
      found.push(rest.slice(0, most));
      rest = rest.slice(most);
    }
    found.push(rest);
  }
  return found;
}

// The SVG of a drawing: what stands on the screen, and below it where it comes from, line by line.
export async function picture(root, title, lines) {
  await document.fonts.ready;
  const drawing = new Drawing(root);
  drawing.walk(root);
  const body = getComputedStyle(document.body);
  const styles = getComputedStyle(root);
  const paper = colour(body.getPropertyValue("--paper") ? getComputedStyle(document.documentElement).getPropertyValue("--paper") : "#fff");
  drawing.faces.add("Inter|normal");
  const width = Math.ceil(drawing.box.width + 2 * PAD), top = drawing.box.height + 2 * PAD;
  const told = filled(lines, width - 2 * PAD);
  const height = Math.ceil(top + LINE * (told.length + 1));
  const foot = told.map((line, at) => element("text", {
    x: PAD, y: top + LINE * (at + 1), fill: colour(styles.color).paint, "fill-opacity": 0.75, "font-family": "Inter, sans-serif", "font-size": 11,
  }, escaped(line)));
  const background = body.backgroundColor && colour(body.backgroundColor).alpha ? colour(body.backgroundColor) : paper;
  const fonts = await typefaces(drawing.faces);
  return `<?xml version="1.0" encoding="UTF-8"?>\n` + element("svg", {
    xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}`, lang: document.documentElement.lang,
  }, [
    element("title", {}, escaped(title)),
    element("desc", {}, escaped(lines.join("\n"))),
    `<style>${escaped(fonts.join("\n")).replaceAll("&quot;", '"')}</style>`,
    element("defs", {}, drawing.defs.join("")),
    element("rect", { width, height, fill: background.paint }),
    drawing.out.join("\n"),
    foot.join("\n"),
  ].join("\n"));
}

// The same as a PNG, twice as fine as the screen.
export async function painted(svg) {
  const image = new Image();
  image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(svg);
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = SCALE * image.naturalWidth;
  canvas.height = SCALE * image.naturalHeight;
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}
