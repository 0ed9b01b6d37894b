// Keeps the page that says "no network" and the static files it needs. Pages about people are never kept.
const CACHE = "me-1";
const OFFLINE = "/me/offline";
const FILES = [OFFLINE, "/static/vendor/bootstrap/bootstrap.min.css", "/static/portal.css", "/static/citizen.css",
  "/static/me.css", "/static/icon.svg"];

self.addEventListener("install", (event) => {
  // Without cookies: the page kept on the phone is nobody's.
  const wanted = FILES.map((file) => fetch(file, { credentials: "omit" }));
  event.waitUntil(Promise.all([caches.open(CACHE), ...wanted]).then(([cache, ...answers]) =>
    Promise.all(answers.map((answer, at) => (answer.ok ? cache.put(FILES[at], answer) : null)))));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) =>
    Promise.all(names.filter((name) => name.startsWith("me-") && name !== CACHE).map((name) => caches.delete(name)))));
  self.clients.claim();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
  } else if (pathname.startsWith("/static/")) {
    event.respondWith(fetch(request).then(async (answer) => {
      if (answer.ok) (await caches.open(CACHE)).put(request, answer.clone());
      return answer;
    }).catch(() => caches.match(request)));
  }
});
