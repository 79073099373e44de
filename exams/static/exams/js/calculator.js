// A pocket calculator: + − × ÷, brackets, per cent. No eval: the policy of the page
// forbids it, and a calculator needs no language.

const box = document.querySelector("[data-calculator]");
const input = box.querySelector("[data-calc-in]");
const output = box.querySelector("[data-calc-out]");

// One number or sign at a time, from the left; throws where the calculation is wrong.
function calculate(text) {
  const signs = text.replace(/\s/g, "").replaceAll("*", "×").replaceAll("/", "÷").replaceAll("-", "−")
    .match(/\d+(?:\.\d*)?|\.\d+|[()+−×÷%]|./g) ?? [];
  let place = 0;
  const take = () => signs[place++];

  function atom() {
    const sign = take();
    let value;
    if (sign === "−") return -atom();
    if (sign === "(") {
      value = sum();
      if (take() !== ")") throw new Error("bracket");
    } else {
      value = /^[\d.]+$/.test(sign ?? "") ? Number(sign) : NaN;
    }
    while (signs[place] === "%") { place += 1; value /= 100; }
    return value;
  }

  function product() {
    let value = atom();
    while (["×", "÷"].includes(signs[place])) value = take() === "×" ? value * atom() : value / atom();
    return value;
  }

  function sum() {
    let value = product();
    while (["+", "−"].includes(signs[place])) value = take() === "+" ? value + product() : value - product();
    return value;
  }

  const value = sum();
  if (place !== signs.length || !Number.isFinite(value)) throw new Error("no number");
  return Number(value.toPrecision(12));
}

function show() {
  try {
    output.textContent = `= ${calculate(input.value)}`;
  } catch {
    output.textContent = box.dataset.bad;
  }
}

box.addEventListener("click", (event) => {
  const key = event.target.closest("[data-calc]");
  if (key) input.value += key.dataset.calc;
  if (event.target.closest("[data-calc-clear]")) { input.value = ""; output.textContent = "\u00a0"; }
  if (event.target.closest("[data-calc-equals]")) show();
});
input.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  show();
});
