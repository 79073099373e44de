// Reading a statute: copy a citation, go to another edition, close the contents after a jump.
function toast(text) {
  const place = document.querySelector("[data-toasts]");
  if (!place) return;
  const note = document.createElement("p");
  note.className = "toast";
  note.textContent = text;
  place.append(note);
  window.setTimeout(() => note.remove(), 4000);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      toast(button.dataset.copied);
    } catch {
      toast(button.dataset.copyFailed);
    }
    return;
  }
  const entry = event.target.closest(".statute__chapters a");
  const sheet = entry?.closest("[popover]");
  if (sheet?.matches(":popover-open")) sheet.hidePopover();
});

document.querySelectorAll("[data-edition-choice]").forEach((select) => {
  select.addEventListener("change", () => {
    window.location.assign(select.selectedOptions[0].dataset.href);
  });
});
