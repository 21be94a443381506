"use strict";
// The page of second factors. The tokens live in this page alone and go with it.
(() => {
  const API = "/api/v1/auth/";
  const SECTIONS = ["entrance", "proof", "desk", "totp", "codes"];
  const $ = (id) => document.getElementById(id);
  let token = "";
  let enrolment = null;

  class Problem extends Error {
    constructor(problem) {
      super(problem.detail || problem.title || "Something went wrong. Try again.");
      this.problem = problem;
    }
  }

  async function call(method, path, body, headers = {}) {
    if (token) headers.Authorization = `Bearer ${token}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const options = { method, headers, body: body && JSON.stringify(body), credentials: "omit" };
    const answer = await fetch(API + path, options);
    const text = await answer.text();
    const data = text ? JSON.parse(text) : {};
    if (!answer.ok) throw new Problem(data);
    return data;
  }

  function show(name) {
    for (const id of SECTIONS) $(id).hidden = id !== name;
    const field = $(name).querySelector("input");
    if (field) field.focus();
  }

  function say(text, isWrong = false) {
    $("notice").textContent = text;
    $("notice").hidden = !text;
    $("notice").classList.toggle("is-wrong", isWrong);
  }

  // One thing at a time; what goes wrong is said.
  function run(act) {
    return async (event) => {
      event?.preventDefault();
      const button = event?.submitter || event?.currentTarget;
      if (button) button.disabled = true;
      say("");
      try {
        await act(event);
      } catch (error) {
        const text = error.name === "NotAllowedError" ? "The passkey was not used." : error.message;
        if (error.name !== "Cancelled") say(text, true);
      } finally {
        if (button) button.disabled = false;
      }
    };
  }

  async function sign(options) {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
    return (await navigator.credentials.get({ publicKey })).toJSON();
  }

  const LABELS = {
    totp: "Code of your authenticator app",
    recovery_code: "Recovery code",
    email_code: "Code from the letter",
    sms_code: "Code from the text message",
  };

  const SENT = {
    email_code: "A letter with a code is on its way to you. It says what the code is for.",
    sms_code: "A text message with a code is on its way to you. It says what the code is for.",
  };

  // Ask for a factor until `confirm` takes it; wrong ones are said and asked for again.
  function prove(title, factors, options, confirm) {
    const byCode = ["totp", "email_code", "sms_code", "recovery_code"].filter((name) => factors.includes(name));
    $("proof-title").textContent = title;
    $("proof-text").textContent = SENT[byCode[0]] || "Show your second factor.";
    $("proof-passkey").hidden = !factors.includes("passkey");
    $("proof-form").hidden = !byCode.length;
    const hasBoth = byCode.includes("totp") && byCode.includes("recovery_code");
    $("proof-label").textContent = hasBoth ? "Code of your app, or a recovery code" : LABELS[byCode[0]];
    $("proof-code").value = "";
    show("proof");
    return new Promise((resolve, reject) => {
      $("proof-passkey").onclick = run(async () => {
        const credential = await sign(await options());
        resolve(await confirm({ factor: "passkey", credential }));
      });
      $("proof-form").onsubmit = run(async () => {
        const code = $("proof-code").value.trim();
        const isLong = code.replace(/\W/g, "").length > 6;
        const factor = hasBoth ? (isLong ? "recovery_code" : "totp") : byCode[0];
        $("proof-code").value = "";
        $("proof-code").focus();
        resolve(await confirm({ factor, code }));
      });
      $("proof-cancel").onclick = () => {
        say("");
        show(token ? "desk" : "entrance");
        reject(Object.assign(new Error("cancelled"), { name: "Cancelled" }));
      };
    });
  }

  async function approved(title, details) {
    const asked = await call("POST", "step-ups/", { purpose: "factor_change", details });
    await prove(title, asked.factors, async () => asked.public_key, (answer) =>
      call("POST", `step-ups/${asked.id}/confirm/`, answer));
    return { "Step-Up": asked.id };
  }

  async function enter(tokens) {
    token = tokens.access_token;
    $("who").textContent = tokens.user.email;
    $("password").value = "";
    await refresh();
  }

  async function refresh() {
    const factors = await call("GET", "factors/");
    const all = [...factors.passkeys, ...(factors.totp ? [factors.totp] : [])];
    $("none").hidden = all.length > 0;
    $("add-totp").hidden = factors.totp !== null;
    $("renew").hidden = !factors.has_second_factor;
    $("renew").textContent = `New recovery codes (${factors.recovery_codes_left} left)`;
    $("factors").replaceChildren(...all.map(line));
    show("desk");
  }

  function line(factor) {
    const name = factor.factor === "totp" ? "Authenticator app" : factor.name;
    const item = document.createElement("li");
    const text = document.createElement("span");
    text.textContent = name;
    const note = document.createElement("small");
    const used = factor.last_used_at;
    note.textContent = used ? `Used on ${used.slice(0, 10)}` : "Not used yet";
    text.append(note);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = "Remove";
    button.setAttribute("aria-label", `Remove ${name}`);
    button.onclick = run(async () => {
      const headers = await approved(`Remove ${name}`, { action: "remove", factor_id: factor.id });
      try {
        await call("DELETE", `factors/${factor.id}/`, undefined, headers);
        say(`${name} was removed.`);
      } finally {
        await refresh();
      }
    });
    item.append(text, button);
    return item;
  }

  async function added(answer, text) {
    say(text);
    if (!answer.recovery_codes.length) return refresh();
    showCodes(answer.recovery_codes);
  }

  function showCodes(codes) {
    $("code-list").replaceChildren(...codes.map((code) => {
      const item = document.createElement("li");
      item.textContent = code;
      return item;
    }));
    show("codes");
  }

  $("sign-in").onsubmit = run(async () => {
    const body = { email: $("email").value, password: $("password").value };
    try {
      return await enter(await call("POST", "sign-in/", body));
    } catch (error) {
      if (error.problem?.code !== "second_factor_required") throw error;
      const { flow_token, factors } = error.problem;
      const options = async () =>
        (await call("POST", "sign-in/second-factor/options/", { flow_token })).public_key;
      await enter(await prove("One step is left", factors, options, (answer) =>
        call("POST", "sign-in/second-factor/", { flow_token, ...answer })));
    }
  });

  $("with-passkey").onclick = run(async () => {
    const begun = await call("POST", "sign-in/passkey/options/", {});
    const credential = await sign(begun.public_key);
    await enter(await call("POST", "sign-in/passkey/", { flow_token: begun.flow_token, credential }));
  });

  $("add-passkey").onclick = run(async () => {
    const headers = await approved("Add a passkey", { action: "add_passkey" });
    try {
      const begun = await call("POST", "factors/passkeys/", {}, headers);
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(begun.public_key);
      const credential = (await navigator.credentials.create({ publicKey })).toJSON();
      const name = `Passkey of ${new Date().toISOString().slice(0, 10)}`;
      const body = { enrolment_id: begun.id, name, credential };
      await added(await call("POST", "factors/passkeys/confirm/", body), "The passkey was added.");
    } catch (error) {
      show("desk");
      throw error;
    }
  });

  $("add-totp").onclick = run(async () => {
    const headers = await approved("Add an authenticator app", { action: "add_totp" });
    enrolment = await call("POST", "factors/totp/", {}, headers);
    $("qr").src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(enrolment.qr_svg)}`;
    $("secret").textContent = enrolment.secret;
    $("totp-code").value = "";
    show("totp");
  });

  $("totp-form").onsubmit = run(async () => {
    const body = { enrolment_id: enrolment.id, code: $("totp-code").value };
    $("totp-code").value = "";
    await added(await call("POST", "factors/totp/confirm/", body), "The app was added.");
  });

  $("renew").onclick = run(async () => {
    const headers = await approved("New recovery codes", { action: "renew_recovery_codes" });
    showCodes((await call("POST", "factors/recovery-codes/", {}, headers)).recovery_codes);
  });

  $("kept").onclick = run(async () => {
    $("code-list").replaceChildren();
    await refresh();
  });

  $("sign-out").onclick = run(async () => {
    await call("POST", "sign-out/", {});
    token = "";
    show("entrance");
    say("You are signed out.");
  });
})();
