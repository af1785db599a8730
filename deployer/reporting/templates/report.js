// Search, order, copying, and links into what is folded. Without it the page is whole, in the order of the run.
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const byId = (name) => document.getElementById(name);
  const items = all("[data-item]");
  const groups = all("[data-items]").reverse(); // the inner ones first
  const texts = new Map(items.map((one) => [one, one.textContent.toLowerCase()]));
  const [find, show, order, found] = ["find", "show", "order", "found"].map(byId);

  let open = null; // which groups were, before somebody asked for something

  const filter = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    const asked = words.length > 0 || show.value !== "";
    const fits = (one) =>
      (!show.value || one.dataset.outcome === show.value) && words.every((word) => texts.get(one).includes(word));
    items.forEach((one) => { one.hidden = !fits(one); });
    if (asked && !open) open = new Map(groups.map((one) => [one, one.open]));
    groups.forEach((one) => {
      const some = all("[data-item]", one).some((item) => !item.hidden);
      one.hidden = !some;
      if (one.matches("details") && open) one.open = asked ? some : open.get(one);
    });
    if (!asked) open = null;
    found.value = asked ? `${items.filter((one) => !one.hidden).length} of ${items.length}` : "";
  };

  const orders = {
    sent: (one) => +one.dataset.sent,
    longest: (one) => -one.dataset.seconds,
    name: (one) => one.dataset.name,
  };
  const sort = () => {
    const key = orders[order.value];
    new Set(all("[data-sent]").map((one) => one.parentElement)).forEach((list) => {
      all(":scope > [data-sent]", list)
        .sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))
        .forEach((one) => list.append(one));
    });
  };

  const copied = async (text) => {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const field = document.createElement("textarea"); // where the page is not in a secure context
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  };
  all("[data-copy]").forEach((one) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "copy";
    button.setAttribute("aria-label", `Copy ${one.dataset.name || one.dataset.copy}`.slice(0, 120));
    button.addEventListener("click", () =>
      copied(one.dataset.copy).then(() => { button.textContent = "copied"; }, () => { button.textContent = "not copied"; })
    );
    one.after(" ", button);
  });

  const reveal = () => {
    const target = byId(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let one = target; one; one = one.parentElement) if (one.matches("details")) one.open = true;
    target.scrollIntoView();
  };

  find.addEventListener("input", filter);
  show.addEventListener("change", filter);
  order.addEventListener("change", sort);
  addEventListener("hashchange", reveal);
  byId("tools").hidden = false;
  reveal();
})();
