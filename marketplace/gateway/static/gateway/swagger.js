"use strict";

// The API documentation: signs in against the API itself and lends the token to every call.

const form = document.getElementById("sign-in");
const status = document.getElementById("signed-in");

const ui = SwaggerUIBundle({
  url: form.dataset.schema,
  dom_id: "#swagger-ui",
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  persistAuthorization: false,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  requestInterceptor: (request) => {
    // A fresh key for each call that asks for one, unless the caller typed their own.
    if (request.method === "POST" && !request.headers["Idempotency-Key"]) {
      request.headers["Idempotency-Key"] = crypto.randomUUID();
    }
    return request;
  },
});

async function signIn(email, password) {
  status.textContent = "Signing in…";
  status.className = "";
  const response = await fetch(form.dataset.url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
  const answer = await response.json();
  if (!response.ok) {
    status.textContent = answer.detail || "The sign-in was refused.";
    status.className = "bad";
    return;
  }
  // As its own "Authorize" dialogue does; preauthorizeApiKey knows API keys only.
  ui.authActions.authorize({
    bearerAuth: {
      name: "bearerAuth",
      schema: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
      value: answer.access_token,
    },
  });
  status.textContent = `Signed in as ${email}. The token lasts ${Math.round(answer.expires_in / 60)} minutes.`;
  status.className = "good";
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  signIn(form.elements.email.value, form.elements.password.value);
});

for (const chip of form.querySelectorAll(".chip")) {
  chip.addEventListener("click", () => {
    form.elements.email.value = chip.dataset.email;
    form.elements.password.value = chip.dataset.password;
    signIn(chip.dataset.email, chip.dataset.password);
  });
}
