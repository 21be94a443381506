"use strict";

// Redoc ends its menu with a logo from its makers' host. Nothing here is loaded from other hosts,
// so the picture is left out; the line and its link stay. React sets both attribute and property.
const picture = HTMLImageElement.prototype;
const { setAttribute } = picture;
const source = Object.getOwnPropertyDescriptor(picture, "src");
const isForeign = (address) => new URL(address, location.href).host !== location.host;

picture.setAttribute = function (name, value) {
  if (name === "src" && isForeign(value)) this.hidden = true;
  else setAttribute.call(this, name, value);
};
Object.defineProperty(picture, "src", {
  ...source,
  set(address) { if (!isForeign(address)) source.set.call(this, address); },
});

const target = document.getElementById("redoc");
Redoc.init(
  target.dataset.schema,
  {
    hideDownloadButton: false,
    expandResponses: "200,201",
    jsonSampleExpandLevel: 3,
    scrollYOffset: 60,
    theme: {
      colors: { primary: { main: "#1d5c45" } },
      typography: { fontFamily: "system-ui, sans-serif", headings: { fontFamily: "system-ui, sans-serif" } },
    },
  },
  target,
);
