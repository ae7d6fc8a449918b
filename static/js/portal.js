/* What a browser adds to pages that work without it: live deadlines, no double submit, copy, print, focus on errors. */
(() => {
  "use strict";
  const all = (selector) => document.querySelectorAll(selector);

  for (const element of all(".js-only")) element.hidden = false;

  const inWords = (seconds) => {
    const minutes = Math.floor(seconds / 60), days = Math.floor(minutes / 1440);
    const hours = Math.floor((minutes % 1440) / 60), rest = minutes % 60;
    if (days) return `${days} day${days === 1 ? "" : "s"}${hours ? ` ${hours} h` : ""}`;
    if (hours) return `${hours} h${rest ? ` ${rest} min` : ""}`;
    return rest ? `${rest} min` : "less than a minute";
  };
  // The server's clock counts, not this machine's: the page says when it was made.
  const made = Date.parse(document.documentElement.dataset.now || "");
  const lag = Number.isNaN(made) ? 0 : Date.now() - made;
  const tick = () => {
    for (const time of all("time[data-deadline]")) {
      const left = (Date.parse(time.dateTime) - (Date.now() - lag)) / 1000;
      const words = left < 0 ? `${inWords(-left)} past the deadline` : `${inWords(left)} left`;
      if (time.textContent !== words) time.textContent = words;
      const box = time.closest(".deadline");
      if (box) box.className = `deadline tone-${left < 0 ? "danger" : left <= 10800 ? "warning" : "neutral"}`;
    }
  };
  if (document.querySelector("time[data-deadline]")) {
    tick();
    setInterval(tick, 15000);
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.target) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    if (event.submitter) event.submitter.setAttribute("aria-disabled", "true");
  });
  window.addEventListener("pageshow", () => {
    for (const form of all("form[data-sent]")) {
      delete form.dataset.sent;
      for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
    }
  });

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.name === "print") window.print();
    if (button.dataset.copy) {
      const words = button.querySelector("span") || button;
      try {
        await navigator.clipboard.writeText(button.dataset.copy);
        words.textContent = "Copied";
      } catch {
        words.textContent = "Select the number to copy it";
      }
    }
  });

  // A password can be looked at while it is typed; it is hidden again when the form is sent.
  for (const input of all("input[type=password]")) {
    const frame = document.createElement("span"), button = document.createElement("button");
    frame.className = "with-toggle";
    Object.assign(button, { type: "button", className: "plain", textContent: "Show" });
    button.setAttribute("aria-label", "Show what you typed");
    button.setAttribute("aria-pressed", "false");
    input.replaceWith(frame);
    frame.append(input, button);
    const show = (shown) => {
      input.type = shown ? "text" : "password";
      button.textContent = shown ? "Hide" : "Show";
      button.setAttribute("aria-pressed", String(shown));
    };
    button.addEventListener("click", () => show(input.type === "password"));
    input.form?.addEventListener("submit", () => show(false));
  }

  const summary = document.querySelector("[data-focus]");
  if (summary) summary.focus();
  for (const link of all(".summary a")) {
    link.addEventListener("click", (event) => {
      const control = document.querySelector(link.hash);
      if (!control) return;
      event.preventDefault();
      (control.closest(".field") || control).scrollIntoView();
      control.focus({ preventScroll: true });
    });
  }

  for (const area of all("[data-scroll-to]")) {
    area.scrollLeft = Math.max(0, Number(area.dataset.scrollTo) - area.clientWidth * 0.45);
  }
})();
