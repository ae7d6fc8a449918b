/* The counter by keyboard and scanner: where a block says so, Enter ticks a box and goes on to the next control instead
   of sending the form (a scanner ends what it read with Enter). */
(() => {
  "use strict";
  const reachable = (control) => control.offsetParent !== null && control.type !== "hidden" && !control.disabled;
  const others = (control) => [...control.form.elements].filter((one) => one === control || (reachable(one)
    && !(one.type === "radio" && !one.checked && control.form.querySelector(`[name="${one.name}"]:checked`))));

  // The prescription's code says number, risk category, strength and days' supply (authorizations/forms/pharmacy.py).
  const CODE = /^\s*(A-[0-9A-Z-]{16,18})\s+([A-Z]{2}(?:_[A-Z]+)?)\s+([0-9]+(?:\.[0-9])?)\s+([0-9]{1,2})\s*$/;
  const fillFromCode = (box) => {
    const found = CODE.exec(box.value);
    if (!found) return;
    const [, number, category, strength, days] = found;
    box.value = number;
    for (const [name, value] of [["category", category], ["strength", strength]]) {
      const tile = box.form.querySelector(`input[name="${name}"][value="${value}"]`);
      if (tile) tile.checked = true;
    }
    const supply = box.form.querySelector("input[name=days_supply]");
    if (supply && !supply.value) supply.value = days;
  };

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !event.target.closest("[data-enter=next]")) return;
    const control = event.target;
    if (control.tagName !== "INPUT") return;
    event.preventDefault();
    if (control.type === "checkbox") control.checked = true;
    if (control.name === "authorization_number") fillFromCode(control);
    const list = others(control);
    list[list.indexOf(control) + 1]?.focus();
  });
})();
