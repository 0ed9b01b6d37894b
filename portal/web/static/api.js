// Starts Swagger UI on the API page: lends it the session's token, gives its words in the reader's language, and names
// for a screen reader what Swagger leaves without a name.
const place = document.getElementById("swagger");
const english = document.documentElement.lang === "en";

const WORDS = {
  "Authorize": "授权", "Available authorizations": "可用的授权方式", "Close": "关闭", "Logout": "退出",
  "Parameters": "参数", "No parameters": "没有参数", "Name": "名称", "Description": "说明", "Value": "值", "Value:": "值:",
  "Name:": "名称:", "In:": "位置:", "Request body": "请求内容", "Responses": "响应", "Response": "响应", "Code": "状态",
  "Links": "链接", "No links": "没有链接", "Response headers": "响应头", "Response body": "响应内容",
  "Server response": "服务器响应", "Details": "详情", "Request URL": "请求地址", "Curl": "curl 命令", "Download": "下载",
  "Try it out": "试用", "Cancel": "取消", "Execute": "发送", "Clear": "清除", "Reset": "重置", "Loading...": "加载中…",
  "LOADING": "加载中", "Media type": "内容类型", "Example Value": "示例", "Schema": "结构", "Schemas": "数据结构",
  "Expand all": "全部展开", "Collapse all": "全部收起", "Example": "示例", "Send empty value": "发送空值",
  "Undocumented": "未说明", "Error": "错误", "Errors": "错误", "Authorized": "已授权", "Failed to fetch.": "没有连上。",
  "Possible Reasons:": "可能的原因:", "Default value": "缺省值", "Enum": "可选值", "Request duration": "用时",
  "Controls": "决定", "header.": "头。", "Unrecognized response type; displaying content as text.": "未知类型,按文字显示。",
  "No response headers": "没有响应头", "Please correct the following validation errors and try again.": "请更正下列各处后再试。",
  "Edit Value": "编辑", "Object": "对象",
};

const translate = () => {
  const walk = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const known = WORDS[node.nodeValue.trim()];
    if (known && !node.parentElement.closest("code, pre, textarea, option")) node.nodeValue = known;
  }
};

// A control is named by its parameter or by what stands over it; a box that scrolls can be reached by keyboard.
const nameControls = () => {
  place.querySelectorAll("select, input, textarea").forEach((control) => {
    if (control.getAttribute("aria-label") || (control.id && place.querySelector(`label[for="${CSS.escape(control.id)}"]`))) return;
    const row = control.closest("tr[data-param-name]");
    const name = row ? row.dataset.paramName : english ? "Value" : "值";
    control.setAttribute("aria-label", name);
  });
  place.querySelectorAll("pre, .highlight-code, .table-container").forEach((box) => { box.tabIndex = 0; });
};

// Our page has a title, a main part and links of its own: of Swagger only the operations are shown.
const inOurPage = (system) => {
  const make = system.React.createElement;
  return {
    components: {
      Ours: ({ getComponent }) => make("div", { className: "swagger-ui" },
        make(getComponent("SvgAssets")),
        make("div", { className: "auth-bar" }, make(getComponent("AuthorizeBtnContainer", true))),
        make(getComponent("errors", true)),
        make(getComponent("operations", true))),
    },
    wrapComponents: {
      DeepLink: () => ({ text }) => make("span", null, text), // a link inside a button is one too many
      CopyToClipboardBtn: () => () => null,
    },
  };
};

const start = () => {
  window.SwaggerUIBundle({
    url: place.dataset.openapi,
    domNode: place,
    layout: "Ours",
    plugins: [inOurPage],
    deepLinking: true,
    docExpansion: "none",
    defaultModelsExpandDepth: -1,
    displayRequestDuration: true,
    syntaxHighlight: { activated: false }, // its red on dark cannot be read
    validatorUrl: null,
    requestInterceptor: (request) => {
      request.headers["Accept-Language"] = english ? "en" : "zh-CN";
      if (!request.headers.Authorization) request.headers["X-CSRFToken"] = place.dataset.token;
      return request;
    },
  });
  const watched = { childList: true, subtree: true, characterData: true };
  const watch = new MutationObserver(() => {
    watch.disconnect();
    if (!english) translate();
    nameControls();
    watch.observe(place, watched);
  });
  watch.observe(place, watched);
};
if (place && window.SwaggerUIBundle) start();
