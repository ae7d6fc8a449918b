/* Says two minutes before that the session ends, in any window; keeps what was typed, and closes the page, when it does.
   The server knows how long the session lasts; use in another window counts, so it is asked before anything is said.
   Signing in again in another window makes this page's forms void: they get the new mark as soon as somebody comes back
   to the page, but never that of somebody else. */
(() => {
  "use strict";
  const dialog = document.getElementById("session-end");
  if (!dialog) return;
  const WARN = 120;
  const seconds = dialog.querySelector("[data-seconds]"), spoken = dialog.querySelector("[data-spoken]");
  const other = document.getElementById("session-other");
  const marks = document.getElementsByName("csrfmiddlewaretoken");
  let ends = Date.now() + Number(dialog.dataset.left) * 1000, final = false, said = 0, over = false;

  const ask = async (method) => {
    const headers = { Accept: "application/json", "X-Page-Account": dialog.dataset.account };
    if (method === "POST") headers["X-CSRFToken"] = marks[0].value;
    const answer = await fetch(dialog.dataset.clock, { method, redirect: "manual", headers, signal: AbortSignal.timeout(5000) });
    if (!answer.ok) return 0;
    const { idle, longest, mark } = await answer.json();
    for (const one of marks) one.value = mark || one.value;
    if (other.hidden && !mark) document.getElementById("main").prepend(other);
    other.hidden = Boolean(mark);
    final = longest <= idle;
    return Math.min(idle, longest);
  };
  const renew = async (method) => {
    try {
      ends = Date.now() + await ask(method) * 1000;
    } catch { /* no connection: count on with what is known */ }
  };
  const inWords = (left) => left >= 60 ? `${Math.floor(left / 60)} min ${Math.floor(left % 60)} s` : `${Math.max(0, Math.floor(left))} seconds`;

  let asking = null;
  const comeBack = () => {
    if (over || document.visibilityState !== "visible") return;
    asking ||= ask("GET").catch(() => { /* no connection: the server says so when the form is sent */ }).finally(() => { asking = null; });
  };
  document.addEventListener("visibilitychange", comeBack);
  window.addEventListener("focus", comeBack);
  window.addEventListener("submit", async (event) => {
    const form = event.target, button = event.submitter;
    if (form.method !== "post" || (!asking && other.hidden)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    await asking;
    if (other.hidden) form.requestSubmit(button);
    else other.focus();
  }, { capture: true });

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
        await fetch(dialog.dataset.keep, { method: "POST", body, redirect: "manual", headers: { "X-CSRFToken": marks[0].value } });
      } catch { /* sent or not, the page must close */ }
    }
    const out = new FormData(dialog.querySelector("[data-session-form]"));
    out.set("session_over", "1"); // so that another window's form is kept too, although this one signs out
    try {
      await fetch(dialog.querySelector("[data-session-form]").action, { method: "POST", body: out, redirect: "manual" });
    } catch { /* the session ends by itself */ }
    location.replace(`${dialog.dataset.signIn}?next=${encodeURIComponent(page)}`);
  };

  const tick = async () => {
    if (over || !other.hidden) return;
    let left = (ends - Date.now()) / 1000;
    if (!dialog.open && left <= WARN) {
      await renew("GET");
      left = (ends - Date.now()) / 1000;
      if (left > WARN || !other.hidden) return;
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
      if ((ends - Date.now()) / 1000 > WARN || !other.hidden) dialog.close();
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
