// Suggestions while typing, as a combobox: <form data-suggest="/law/suggest/">.
// Without this file the form simply submits.
const DELAY = 150;

function option(list, suggestion, index) {
  const item = document.createElement("li");
  item.id = `${list.id}-${index}`;
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  item.textContent = suggestion.text;
  item.dataset.url = suggestion.url;
  list.append(item);
}

function start(form) {
  const input = form.querySelector("input[type=search]");
  const list = document.createElement("ul");
  list.id = `${input.id}-list`;
  list.className = "lawsearch__list";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", form.querySelector("label").textContent);
  form.append(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);
  let timer = 0;
  let chosen = -1;
  let asked = "";

  const close = () => {
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (index) => {
    const options = [...list.children];
    chosen = (index + options.length) % options.length;
    options.forEach((item, at) => item.setAttribute("aria-selected", String(at === chosen)));
    input.setAttribute("aria-activedescendant", options[chosen].id);
  };
  const take = (item) => {
    if (item.dataset.url) {
      window.location.assign(item.dataset.url);
      return;
    }
    input.value = item.textContent;
    close();
    form.requestSubmit();
  };
  const ask = async () => {
    asked = input.value.trim();
    if (!asked) {
      close();
      return;
    }
    const mine = asked;
    const answer = await fetch(`${form.dataset.suggest}?q=${encodeURIComponent(mine)}`);
    if (!answer.ok || mine !== asked) return;
    const { suggestions } = await answer.json();
    list.replaceChildren();
    suggestions.forEach((suggestion, index) => option(list, suggestion, index));
    chosen = -1;
    list.hidden = suggestions.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
  };

  input.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, DELAY);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      mark(chosen + (event.key === "ArrowDown" ? 1 : chosen < 0 ? 0 : -1));
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      take(list.children[chosen]);
    } else if (event.key === "Escape") {
      close();
    }
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const item = event.target.closest("[role=option]");
    if (item) take(item);
  });
  input.addEventListener("blur", close);
}

document.querySelectorAll("form[data-suggest]").forEach(start);
