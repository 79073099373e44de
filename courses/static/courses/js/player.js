// On the content host: gives a package the SCORM interface it looks for and passes
// every call to the lesson page on the other host.
const home = document.currentScript.dataset.home;
const api = new CrossFrameAPI(home, window.parent);
window.API = api;
window.API_1484_11 = api;
