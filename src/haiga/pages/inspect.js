"use strict";
// Without this script the page is a list of cases. With it a case opens over the page, and its
// two pictures blink in one place. Nothing is fetched.
(() => {
  const tiles = [...document.querySelectorAll(".tile")];
  const known = JSON.parse(document.getElementById("cases").textContent);
  const dialog = document.createElement("dialog");
  dialog.className = "over";
  document.body.append(dialog);
  document.documentElement.classList.add("scripted");
  let open = null, home = null, tile = null, neighbour = 0;

  const button = (text, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  };
  const neighbours = () => [...open.querySelectorAll(".neighbour a")];

  function flip() {
    const stage = open.querySelector(".stage");
    const other = stage.classList.toggle("flipped");
    open.querySelector(".seen").textContent = other ? stage.dataset.told : "what was made";
  }

  function choose(n) {
    const links = neighbours();
    neighbour = (n + links.length) % links.length;
    const link = links[neighbour], stage = open.querySelector(".stage");
    links.forEach((one) => one.removeAttribute("aria-current"));
    link.setAttribute("aria-current", "true");
    const [made, other] = stage.querySelectorAll("img");
    made.src = link.dataset.made;
    other.src = link.dataset.other;
    other.alt = link.dataset.told;
    stage.dataset.told = link.dataset.told;
    stage.classList.remove("flipped");
    open.querySelector(".seen").textContent = "what was made";
    link.focus();
  }

  function show(from) {
    const found = document.getElementById(from.hash.slice(1));
    if (!found) return;
    tile = from;
    open = found;
    home = document.createComment("");
    open.replaceWith(home);
    const bar = document.createElement("div");
    bar.className = "bar";
    const save = document.createElement("a");
    const told = known[Number(open.dataset.case)];
    save.textContent = "Save";
    save.download = open.id + ".json";
    save.href = "data:application/json;charset=utf-8," +
      encodeURIComponent(JSON.stringify(told, null, 1) + "\n");
    bar.append(button("Blink (space)", flip), save, button("Close (Esc)", () => dialog.close()));
    open.prepend(bar);
    const seen = document.createElement("p");
    seen.className = "seen";
    seen.setAttribute("aria-live", "polite");
    open.querySelector(".stage").after(seen);
    dialog.setAttribute("aria-label", open.querySelector("h3").textContent);
    dialog.append(open);
    dialog.showModal();
    choose(0);
    dialog.scrollTop = 0;
  }

  dialog.addEventListener("close", () => {
    if (!open) return;
    open.querySelector(".bar").remove();
    open.querySelector(".seen").remove();
    open.querySelector(".stage").classList.remove("flipped");
    home.replaceWith(open);
    open = null;
    tile.focus();
  });

  dialog.addEventListener("click", (event) => {
    const link = event.target.closest(".neighbour a");
    if (!link) return;
    event.preventDefault();
    choose(neighbours().indexOf(link));
  });

  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      choose(neighbour + step);
    } else if (event.key === " " && event.target.tagName !== "BUTTON") {
      event.preventDefault();
      flip();
    }
  });

  tiles.forEach((one, place) => {
    one.addEventListener("click", (event) => {
      event.preventDefault();
      show(one);
    });
    one.addEventListener("keydown", (event) => {
      const top = (n) => tiles[n].getBoundingClientRect().top;
      const across = tiles.filter((_, n) => top(n) === top(0)).length;
      const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across }[event.key];
      const next = tiles[place + step];
      if (!step || !next) return;
      event.preventDefault();
      next.focus();
    });
  });
})();
