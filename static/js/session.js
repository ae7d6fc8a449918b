/* Says two minutes before that the session ends, in any window; keeps what was typed, and closes the page, when it does.
   The server knows how long the session lasts; use in another window counts, so it is asked before anything is said. */
(() => {
  "use strict";
  const dialog = document.getElementById("session-end");
  if (!dialog) return;
  const WARN = 120;
  const seconds = dialog.querySelector("[data-seconds]"), spoken = dialog.querySelector("[data-spoken]");
  const token = dialog.querySelector("[name=csrfmiddlewaretoken]").value;
  let ends = Date.now() + Number(dialog.dataset.left) * 1000, final = false, said = 0, over = false;

  const ask = async (method) => {
    const answer = await fetch(dialog.dataset.clock, {
      method, redirect: "manual", headers: { Accept: "application/json", ...(method === "POST" ? { "X-CSRFToken": token } : {}) },
    });
    if (!answer.ok) return 0;
    const { idle, longest } = await answer.json();
    final = longest <= idle;
    return Math.min(idle, longest);
  };
  const renew = async (method) => {
    try {
      ends = Date.now() + await ask(method) * 1000;
    } catch { /* no connection: count on with what is known */ }
  };
  const inWords = (left) => left >= 60 ? `${Math.floor(left / 60)} min ${Math.floor(left % 60)} s` : `${Math.max(0, Math.floor(left))} seconds`;

  const typed = new Set();
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && form.method === "post" && !form.matches("[data-session-form]")) typed.add(form);
  });
  const leave = async () => {
    over = true;
    const form = [...typed].pop();
    const page = location.pathname + location.search;
    if (form && form.isConnected) {
      const body = new FormData(form);
      body.set("kept_sent_to", new URL(form.getAttribute("action") || page, location.href).pathname);
      try {
        await fetch(dialog.dataset.keep, { method: "POST", body, redirect: "manual", headers: { "X-CSRFToken": token } });
      } catch { /* sent or not, the page must close */ }
    }
    const out = new FormData(dialog.querySelector("[data-session-form]"));
    try {
      await fetch(dialog.querySelector("[data-session-form]").action, { method: "POST", body: out, redirect: "manual" });
    } catch { /* the session ends by itself */ }
    location.replace(`${dialog.dataset.signIn}?next=${encodeURIComponent(page)}`);
  };

  const tick = async () => {
    if (over) return;
    let left = (ends - Date.now()) / 1000;
    if (!dialog.open && left <= WARN) {
      await renew("GET");
      left = (ends - Date.now()) / 1000;
      if (left > WARN) return;
      dialog.querySelector("[data-stay]").hidden = final;
      dialog.showModal();
      said = 0;
    }
    if (!dialog.open) return;
    seconds.textContent = inWords(left);
    const minute = Math.ceil(left / 60);
    if (minute !== said) {
      said = minute;
      spoken.textContent = `You will be signed out in ${inWords(left)}.`;
    }
    if (left <= 5) {
      // Somebody may be at work in another window: then nothing ends here either.
      await renew("GET");
      if ((ends - Date.now()) / 1000 > WARN) dialog.close();
      else await leave();
    }
  };
  setInterval(tick, 1000);
  dialog.querySelector("[data-stay]").addEventListener("click", async () => {
    await renew("POST");
    dialog.close();
  });
  dialog.addEventListener("cancel", () => renew("POST"));
})();
