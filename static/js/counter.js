/* The counter by keyboard and scanner: where a block says so, Enter goes on instead of sending the form (a scanner ends
   what it read with Enter). A scanned code leads to the first question that it leaves open. In a list Enter ticks a box
   and goes to the next one, never out of the list: one Enter too many sends nothing. The first Enter on a page with a
   list only goes to it, so that nothing is ticked unseen. */
(() => {
  "use strict";
  const reachable = (control) => control.offsetParent !== null && !["hidden", "fieldset"].includes(control.type)
    && !control.disabled;
  const others = (control) => [...control.form.elements].filter((one) => one === control || (reachable(one)
    && !(one.type === "radio" && !one.checked && control.form.querySelector(`[name="${one.name}"]:checked`))));

  // The prescription's code says number, risk category, strength and days' supply (authorizations/forms/pharmacy.py).
  const CODE = /^\s*(A-[0-9A-Z-]{16,18})\s+([A-Z]{2}(?:_[A-Z]+)?)\s+([0-9]+(?:\.[0-9])?)\s+([0-9]{1,2})\s*$/;
  const fillFromCode = (box) => {
    const found = CODE.exec(box.value);
    if (!found) return false;
    const [, number, category, strength, days] = found;
    box.value = number;
    for (const [name, value] of [["category", category], ["strength", strength]]) {
      const tile = box.form.querySelector(`input[name="${name}"][value="${value}"]`);
      if (tile) tile.checked = true;
    }
    const supply = box.form.querySelector("input[name=days_supply]");
    if (supply && !supply.value) supply.value = days;
    return true;
  };
  const isOpen = (control) => (control.type === "radio" ? !control.checked : control.matches("input") && !control.value);

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    const control = event.target;
    const nowhere = control.matches("body,[data-focus]");
    const first = nowhere && document.querySelector("[data-enter=next] input[type=checkbox]:not(:checked)");
    if (!first && !control.matches("[data-enter=next] input")) return;
    event.preventDefault();  // else the key would go on and send the form
    if (event.repeat) return;
    if (first) {
      first.focus();
      return;
    }
    const scanned = control.name === "authorization_number" && fillFromCode(control);
    const list = others(control), after = list.slice(list.indexOf(control) + 1);
    if (control.type === "checkbox") control.checked = true;
    if (control.type === "checkbox" && after[0]?.name !== control.name) return;
    (scanned && after.find(isOpen) || after[0])?.focus();
  });
})();
