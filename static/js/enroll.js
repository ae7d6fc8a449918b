/* The enrollment form: an answer to a question that no longer shows is taken back, so that it isn't sent unseen. */
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
})();
