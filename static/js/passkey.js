/* Passkeys: asks the browser for one and puts its answer into the form, which is then sent as any other.
   A form names what it wants (data-passkey: create or get) and where its options are: in the page, or at an address. */
(() => {
  "use strict";
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
  const words = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const create = async (options) => {
    const made = await navigator.credentials.create({ publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: known(options.excludeCredentials),
      authenticatorSelection: { ...options.authenticatorSelection, residentKey: "required", requireResidentKey: true, userVerification: "required" },
    } });
    return { clientDataJSON: words(made.response.clientDataJSON), attestationObject: words(made.response.attestationObject), from: made };
  };
  const get = async (options) => {
    const found = await navigator.credentials.get({ publicKey: {
      ...options, challenge: bytes(options.challenge), allowCredentials: known(options.allowCredentials),
    } });
    const answer = found.response;
    return {
      clientDataJSON: words(answer.clientDataJSON), authenticatorData: words(answer.authenticatorData),
      signature: words(answer.signature), userHandle: answer.userHandle ? words(answer.userHandle) : null, from: found,
    };
  };

  const optionsOf = async (form) => {
    if (!form.dataset.optionsUrl) return JSON.parse(document.getElementById(form.dataset.options).textContent);
    const answer = await fetch(form.dataset.optionsUrl, { headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" } });
    if (!answer.ok) throw new Error(`The portal answered ${answer.status}`);
    return (await answer.json()).request_options;
  };

  const trouble = (form, words) => {
    const place = form.querySelector("[data-trouble]");
    place.textContent = words;
    place.hidden = false;
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.addEventListener("submit", async (event) => {
      if (form.elements.credential.value) return;
      event.preventDefault();
      event.stopPropagation();
      if (!window.PublicKeyCredential) return trouble(form, "This browser can’t use passkeys. Use an authenticator app.");
      if (/^[\d.]+$/.test(location.hostname)) return trouble(form, "Passkeys need a name in the address. On your own machine, open http://localhost instead of 127.0.0.1.");
      try {
        const { publicKey } = await optionsOf(form);
        const { from, ...response } = await (form.dataset.passkey === "create" ? create(publicKey) : get(publicKey));
        form.elements.credential.value = JSON.stringify({
          id: from.id, rawId: words(from.rawId), type: from.type, response, clientExtensionResults: from.getClientExtensionResults(),
        });
        form.submit();
      } catch (error) {
        const cancelled = error instanceof DOMException && error.name === "NotAllowedError";
        const again = error instanceof DOMException && error.name === "InvalidStateError";
        trouble(form, again ? "This device holds a passkey for you already." : cancelled ? "No passkey was used. Try again, or sign in another way." : "That did not work. Try again, or use your authenticator app.");
      }
    });
  }
})();
