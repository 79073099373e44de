// The slider of the replay: moving it leads to the step, without it the button does.
for (const form of document.querySelectorAll("[data-replay]")) {
  const slider = form.querySelector("input[type=range]");
  const shown = form.querySelector("output");
  form.querySelector("[data-go]").hidden = true;
  slider.addEventListener("input", () => {
    shown.textContent = `${slider.value} / ${slider.max}`;
  });
  slider.addEventListener("change", () => form.requestSubmit());
}
