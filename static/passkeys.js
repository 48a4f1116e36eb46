/* Shows what needs a passkey where the browser knows passkeys; without JavaScript it stays hidden. */
(function () {
  "use strict";
  if (!window.PublicKeyCredential) { return; }
  document.querySelectorAll("[data-passkey]").forEach(function (part) { part.hidden = false; });
  document.addEventListener("allauth.error", function (event) {
    event.preventDefault();
    document.querySelectorAll("[data-passkey-failed]").forEach(function (part) { part.hidden = false; });
  });
})();
