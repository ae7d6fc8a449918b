/* The enrollment form: an answer to a question that no longer shows is taken back, so that it isn't sent unseen; and
   what is typed while the form that fits is being fetched stays typed when it arrives. */
(() => {
  "use strict";
  const form = document.querySelector("form.enroll");
  if (!form) return;
  form.addEventListener("change", () => {
    for (const block of form.querySelectorAll(".only-female, .only-can, .only-cannot")) {
      if (block.offsetParent !== null) continue;
      for (const answer of block.querySelectorAll("input:checked")) answer.checked = false;
    }
  }, { capture: true });

  let typed = [];
  let focused = "";
  const part = () => document.getElementById("agreement-part");
  const isPart = (event) => event.detail.target === part();
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (!isPart(event)) return;
    typed = [...part().querySelectorAll("input:not([type=hidden], [type=radio], [type=checkbox]), input:checked")];
    focused = part().contains(document.activeElement) ? document.activeElement.id : "";
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (!isPart(event)) return;
    for (const before of typed) {
      const now = before.id && document.getElementById(before.id);
      if (!now) continue;
      if (before.matches("[type=radio], [type=checkbox]")) now.checked = true;
      else now.value = now.value || before.value;
    }
    if (focused) document.getElementById(focused)?.focus();
  });
})();
