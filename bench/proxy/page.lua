-- Asks as a browser does that opens a page.
wrk.headers["Accept"] = "text/html"
wrk.headers["Sec-Fetch-Dest"] = "document"
