/* The little the pages need: the menu on phones, live progress, a second question before an act. */
(function () {
  "use strict";

  function menu() {
    var button = document.querySelector(".tt-menu");
    if (!button) return;
    var side = button.closest(".tt-side");
    button.addEventListener("click", function () {
      var open = side.classList.toggle("open");
      button.setAttribute("aria-expanded", open ? "true" : "false");
    });
    document.addEventListener("keydown", function (event) {
      if (event.key === "Escape" && side.classList.contains("open")) {
        side.classList.remove("open");
        button.setAttribute("aria-expanded", "false");
        button.focus();
      }
    });
  }

  // <section data-progress="URL" data-version="...">: asks until the version changes, then shows the new page.
  function progress() {
    document.querySelectorAll("[data-progress]").forEach(function (box) {
      var wait = 1500;
      function ask() {
        if (document.hidden) { setTimeout(ask, wait); return; }
        fetch(box.dataset.progress, { headers: { Accept: "application/json" }, credentials: "same-origin" })
          .then(function (answer) { return answer.ok ? answer.json() : null; })
          .then(function (facts) {
            if (!facts) return;
            show(box, facts);
            if (facts.reload && facts.version !== box.dataset.version) {
              // Somebody may be writing a reason: never throw that away.
              var fields = document.querySelectorAll("textarea, details[open] input[type=text], details[open] input[type=password]");
              var typing = Array.prototype.some.call(fields, function (field) { return field.value; });
              if (!typing) { location.reload(); return; }
            }
            if (facts.running) setTimeout(ask, wait);
          })
          .catch(function () { wait = Math.min(wait * 2, 30000); setTimeout(ask, wait); });
      }
      setTimeout(ask, wait);
    });
  }

  function show(box, facts) {
    (facts.steps || []).forEach(function (step) {
      var node = box.querySelector('[data-step="' + step.step + '"]');
      if (node && node.dataset.state !== step.state) node.dataset.state = step.state;
    });
    var line = box.querySelector("[data-progress-text]");
    if (line && facts.text !== undefined && line.textContent !== facts.text) line.textContent = facts.text;
    var bar = box.querySelector("progress");
    if (bar && facts.done !== undefined) { bar.max = facts.total; bar.value = facts.done; }
  }

  // <input data-day="Choose a day">: typed as day/month/year in every browser; the button opens the browser's calendar.
  function days() {
    document.querySelectorAll("input[data-day]").forEach(function (field) {
      var calendar = document.createElement("input");
      if (typeof calendar.showPicker !== "function") return;
      calendar.type = "date";
      calendar.className = "tt-calendar";
      calendar.tabIndex = -1;
      calendar.setAttribute("aria-hidden", "true");
      var button = document.createElement("button");
      button.type = "button";
      button.className = "tt-choose-day";
      button.title = field.dataset.day;
      button.setAttribute("aria-label", field.dataset.day);
      var box = document.createElement("span");
      box.className = "tt-day";
      field.before(box);
      box.append(field, button, calendar);
      button.addEventListener("click", function () {
        var typed = /^\s*(\d{1,2})[\/.-](\d{1,2})[\/.-](\d{4})\s*$/.exec(field.value);
        calendar.value = typed ? [typed[3], typed[2].padStart(2, "0"), typed[1].padStart(2, "0")].join("-") : "";
        calendar.showPicker();
      });
      calendar.addEventListener("change", function () {
        if (!calendar.value) return;
        field.value = calendar.value.split("-").reverse().join("/");
        field.dispatchEvent(new Event("input", { bubbles: true }));
        field.dispatchEvent(new Event("change", { bubbles: true }));
      });
    });
  }

  // <form data-confirm="...">: asks once more; a form is sent only once.
  function confirming() {
    document.querySelectorAll("form[data-confirm]").forEach(function (form) {
      form.addEventListener("submit", function (event) {
        if (!window.confirm(form.dataset.confirm)) { event.preventDefault(); return; }
        setTimeout(function () {
          form.querySelectorAll("button").forEach(function (button) { button.disabled = true; });
        }, 0);
      });
    });
  }

  // <input type=checkbox data-all="name">: ticks all boxes of that name.
  function ticking() {
    document.querySelectorAll("input[data-all]").forEach(function (all) {
      all.addEventListener("change", function () {
        document.querySelectorAll('input[type=checkbox][name="' + all.dataset.all + '"]:not([disabled])')
          .forEach(function (box) { box.checked = all.checked; });
      });
    });
  }

  function choosing() {
    document.querySelectorAll("select[data-submits]").forEach(function (select) {
      select.addEventListener("change", function () { select.form.submit(); });
    });
  }

  // <div data-drop="NAME">: files dropped on it go into the file field of that name.
  function dropping() {
    document.querySelectorAll("[data-drop]").forEach(function (box) {
      var field = box.querySelector('input[name="' + box.dataset.drop + '"]');
      ["dragenter", "dragover"].forEach(function (name) {
        box.addEventListener(name, function (event) { event.preventDefault(); box.dataset.over = "yes"; });
      });
      ["dragleave", "drop"].forEach(function (name) {
        box.addEventListener(name, function (event) { event.preventDefault(); delete box.dataset.over; });
      });
      box.addEventListener("drop", function (event) {
        if (event.dataTransfer.files.length) field.files = event.dataTransfer.files;
      });
    });
  }

  // <form data-busy>: while the answer takes its time, says so and takes no second click.
  function busy() {
    document.querySelectorAll("form[data-busy]").forEach(function (form) {
      form.addEventListener("submit", function () {
        var line = form.querySelector("[data-busy-text]");
        if (line) line.hidden = false;
        setTimeout(function () {
          form.querySelectorAll("button").forEach(function (button) { button.disabled = true; });
        }, 0);
      });
    });
  }

  // <details data-fold>: open on a desk, folded on a phone.
  function folding() {
    if (!window.matchMedia("(max-width: 760px)").matches) return;
    document.querySelectorAll("details[data-fold]").forEach(function (box) {
      // What was typed wrong must be seen.
      if (!box.querySelector("[aria-invalid=true]")) box.open = false;
    });
  }

  // A page that answers a form takes the place of a page of its own address: coming back to it asks for that
  // page anew, and not for the form to be sent again, which browsers only do for what they were allowed to keep.
  function comingBack() {
    if (document.body.dataset.answers === "form" && window.history.replaceState) {
      window.history.replaceState(window.history.state, "", window.location.href);
    }
  }

  // <section data-viewer>: a browser that shows no PDF in a page says so instead of a grey box.
  function viewing() {
    if (navigator.pdfViewerEnabled !== false) return;
    document.querySelectorAll("[data-viewer]").forEach(function (box) { box.dataset.pdf = "no"; });
  }

  document.addEventListener("DOMContentLoaded", function () { menu(); progress(); confirming(); ticking(); choosing(); dropping(); busy(); folding(); viewing(); days(); comingBack(); });
})();
