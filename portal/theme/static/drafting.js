/* The form of a case file: files go up in pieces by tus and go on where they stopped; leaving warns of what is not saved. */
(function () {
  "use strict";

  var PIECE = 8 * 1024 * 1024;
  var TRIES = 8;

  function base64(text) {
    var bytes = new TextEncoder().encode(text), raw = "";
    bytes.forEach(function (one) { raw += String.fromCharCode(one); });
    return btoa(raw);
  }

  // The same file for the same draft is the same upload: chosen again after a break, it goes on.
  function keyOf(target, file) {
    var hash = 2166136261, text = target + "|" + file.name;
    for (var at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 16777619) >>> 0;
    return ["form", target.slice(0, 36), hash.toString(16), file.size, file.lastModified].join("-");
  }

  function ask(method, url, headers, body, onProgress) {
    return new Promise(function (done, failed) {
      var request = new XMLHttpRequest();
      request.open(method, url);
      headers.Accept = "application/json";
      headers["Tus-Resumable"] = "1.0.0";
      Object.keys(headers).forEach(function (name) { request.setRequestHeader(name, headers[name]); });
      if (onProgress) request.upload.onprogress = function (event) { onProgress(event.loaded); };
      request.onload = function () { done(request); };
      request.onerror = request.ontimeout = function () { failed(new Error("line")); };
      request.send(body || null);
    });
  }

  function pause(ms) { return new Promise(function (done) { setTimeout(done, ms); }); }

  function problem(request) {
    try { return JSON.parse(request.responseText).detail || ""; } catch (error) { return ""; }
  }

  // Sends one file; resolves when it is whole, rejects with the reason.
  async function send(form, target, file, show, words) {
    var url = "", offset = 0, failures = 0;
    while (true) {
      try {
        if (!url) {
          var begun = await ask("POST", form.dataset.uploads, {
            "Upload-Length": String(file.size),
            "Upload-Metadata": "agency " + base64(form.dataset.agency) + ",filename " + base64(file.name) + ",draft " + base64(target),
            "Idempotency-Key": keyOf(target, file)
          });
          if (begun.status >= 500) throw new Error("line");
          if (begun.status !== 201) throw { reason: problem(begun) };
          url = begun.getResponseHeader("Location");
          offset = Number(begun.getResponseHeader("Upload-Offset"));
        }
        while (offset < file.size) {
          var from = offset;
          var sent = await ask("PATCH", url,
            { "Upload-Offset": String(from), "Content-Type": "application/offset+octet-stream" },
            file.slice(from, from + PIECE), function (loaded) { show(from + loaded); });
          if (sent.status === 204) { offset = Number(sent.getResponseHeader("Upload-Offset")); failures = 0; show(offset); continue; }
          if (sent.status === 404 || sent.status === 410) {
            var there = await ask("HEAD", url, {});
            if (there.status === 404 && from + PIECE >= file.size) return; // the last piece made it, its answer was lost
          }
          if (sent.status === 409 || sent.status === 423 || sent.status >= 500) throw new Error("line");
          throw { reason: problem(sent) };
        }
        return;
      } catch (error) {
        if (!(error instanceof Error) || ++failures > TRIES) throw error;
        show(offset, words.again);
        await pause(Math.min(1000 * Math.pow(2, failures - 1), 30000));
        if (url) {
          try {
            var state = await ask("HEAD", url, {});
            if (state.status === 200) offset = Number(state.getResponseHeader("Upload-Offset"));
            else if (state.status === 404 && offset + PIECE >= file.size) return;
            else if (state.status === 404 || state.status === 410) { url = ""; offset = 0; }
          } catch (broken) { /* asked again in the next round */ }
        }
      }
    }
  }

  function row(list, file, words) {
    var item = document.createElement("li"), name = document.createElement("span"),
        bar = document.createElement("progress"), state = document.createElement("span");
    name.textContent = file.name; name.className = "tt-name";
    bar.max = Math.max(file.size, 1); bar.value = 0; bar.className = "tt-progress"; bar.setAttribute("aria-label", file.name);
    state.textContent = words.waits; state.className = "tt-meta";
    item.append(name, bar, state);
    list.append(item);
    return function (count, text) {
      bar.value = count;
      state.textContent = text !== undefined ? text : Math.floor(100 * count / bar.max) + " %";
    };
  }

  function drafting() {
    var form = document.querySelector("form[data-drafting]");
    if (!form) return;
    var words = form.querySelector("[data-words]").dataset;
    var saving = form.querySelector('button[name="save"]');
    var running = 0, dirty = false, failed = false, leaving = false, queue = Promise.resolve();

    form.querySelectorAll("[data-plain]").forEach(function (one) { one.hidden = true; });

    function take(box, files) {
      var target = form.dataset.draft + (box.dataset.into ? "/" + box.dataset.into : "");
      var list = box.querySelector("[data-uploading]");
      Array.prototype.forEach.call(files, function (file) {
        var show = row(list, file, words);
        running++;
        queue = queue.then(function () { return send(form, target, file, show, words); })
          .then(function () { show(file.size, words.sent); })
          .catch(function (error) { failed = true; show(0, words.failed + (error.reason ? ": " + error.reason : "")); })
          .then(function () {
            running--;
            // The page shows the new rows; what was typed meanwhile is saved with the same click.
            if (!running && !failed) { leaving = true; form.requestSubmit(saving); }
            if (!running) failed = false;
          });
      });
    }

    form.querySelectorAll("[data-into]").forEach(function (box) {
      var field = box.querySelector("input[type=file]");
      field.addEventListener("change", function () {
        if (field.files.length) take(box, Array.from(field.files));
        field.value = "";
      });
      ["dragenter", "dragover"].forEach(function (name) {
        box.addEventListener(name, function (event) { event.preventDefault(); box.dataset.over = "yes"; });
      });
      ["dragleave", "drop"].forEach(function (name) {
        box.addEventListener(name, function (event) { event.preventDefault(); delete box.dataset.over; });
      });
      box.addEventListener("drop", function (event) {
        if (event.dataTransfer.files.length) take(box, Array.from(event.dataTransfer.files));
      });
    });

    form.addEventListener("input", function () { dirty = true; });
    form.addEventListener("submit", function (event) {
      var button = event.submitter;
      if (running && !window.confirm(words.leave)) { event.preventDefault(); return; }
      if (button && button.dataset.confirm && !window.confirm(button.dataset.confirm)) { event.preventDefault(); return; }
      leaving = true;
      if (button && (button.name === "check" || button.name === "submit")) {
        form.querySelector("[data-busy-text]").hidden = false;
        setTimeout(function () { form.querySelectorAll("button").forEach(function (one) { one.disabled = true; }); }, 0);
      }
    });
    window.addEventListener("beforeunload", function (event) {
      if (!leaving && (dirty || running)) { event.preventDefault(); event.returnValue = ""; }
    });
    window.addEventListener("pageshow", function () {
      form.querySelectorAll("button").forEach(function (one) { one.disabled = false; });
      leaving = false;
    });
  }

  document.addEventListener("DOMContentLoaded", drafting);
})();
