// Asks the browser for a passkey and sends what it signed.
"use strict";
{
  const form = document.getElementById("passkey-form");
  const trouble = document.getElementById("passkey-trouble");

  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    if (!window.PublicKeyCredential || !PublicKeyCredential.parseRequestOptionsFromJSON) {
      trouble.textContent = "This browser cannot use passkeys here. Enter a code instead.";
      return;
    }
    try {
      const options = JSON.parse(form.dataset.options);
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
      const credential = await navigator.credentials.get({ publicKey });
      form.elements.credential.value = JSON.stringify(credential.toJSON());
      form.submit();
    } catch (error) {
      trouble.textContent = "No passkey was used. Try again, or enter a code.";
    }
  });
}
