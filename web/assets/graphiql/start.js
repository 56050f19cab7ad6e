// Opens GraphiQL on this platform's own API, in the element that the page keeps for it.
(() => {
  const room = document.getElementById("graphiql");
  const fetcher = GraphiQL.createFetcher({ url: room.dataset.endpoint });
  const first = room.dataset.example;
  room.textContent = "";
  ReactDOM.createRoot(room).render(
    React.createElement(GraphiQL, { fetcher, defaultQuery: first, shouldPersistHeaders: false }),
  );
})();
