"use strict";

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
