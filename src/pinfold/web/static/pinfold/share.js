// How somebody came here is theirs: an address copied from the browser's own line does not carry it on.
history.replaceState(null, "", location.pathname);
// Copies the link; without script the link can be marked and copied by hand.
document.querySelectorAll("[data-copy]").forEach((button) => {
  button.parentElement.hidden = false;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      field.select();
      document.execCommand("copy");
    }
    button.textContent = button.dataset.done;
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    fetch(button.dataset.told, { method: "POST", headers: { "X-CSRFToken": token }, keepalive: true });
  });
});
