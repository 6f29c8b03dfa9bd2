// Finds what can be seen, by role and name, as a person or a screen reader does.
// arguments: role, name, exact. Gives the elements.
const [role, name, exact] = arguments;
const TAGS = {
  A: "link", BUTTON: "button", H1: "heading", H2: "heading", H3: "heading", H4: "heading",
  NAV: "navigation", TABLE: "table", TR: "row", TD: "cell", TH: "columnheader", DIALOG: "dialog",
  TEXTAREA: "textbox", SELECT: "combobox", UL: "list", OL: "list", LI: "listitem", MAIN: "main",
  ASIDE: "complementary", HEADER: "banner", FOOTER: "contentinfo", OPTION: "option", OUTPUT: "status",
  IMG: "img", SECTION: "region", FORM: "form",
};
const INPUTS = { checkbox: "checkbox", radio: "radio", button: "button", submit: "button", search: "searchbox", range: "slider" };
const roleOf = (element) =>
  element.getAttribute("role") ??
  (element.tagName === "INPUT" ? (INPUTS[element.type] ?? "textbox") : TAGS[element.tagName]);
const shortened = (text) => (text ?? "").replace(/\s+/g, " ").trim();
const nameOf = (element) => {
  const named = element.getAttribute("aria-labelledby");
  if (named) {
    return shortened(named.split(/\s+/).map((id) => document.getElementById(id)?.textContent ?? "").join(" "));
  }
  const label = element.getAttribute("aria-label");
  if (label) return shortened(label);
  if (element.labels?.length) return shortened([...element.labels].map((label) => label.textContent).join(" "));
  return shortened(element.innerText) || shortened(element.getAttribute("title") ?? element.getAttribute("placeholder") ?? element.getAttribute("alt"));
};
const isSeen = (element) => {
  if (element.closest("[aria-hidden=true], [inert]")) return false;
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  return style.visibility === "visible" && style.display !== "none" && box.width > 0 && box.height > 0;
};
const isNamed = (element) => {
  const own = nameOf(element).toLowerCase();
  const wanted = name.toLowerCase();
  return exact ? own === wanted : own.includes(wanted);
};
return [...document.querySelectorAll("*")].filter(
  (element) => roleOf(element) === role && isSeen(element) && isNamed(element),
);
