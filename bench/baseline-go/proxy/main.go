// Command proxy is a reverse proxy as one writes it in Go: httputil.ReverseProxy, and a log of the last 1,000 exchanges in memory
// with the first 64 KiB of each body. It listens on a free loopback port and prints it.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"sync"
	"time"
)

const (
	keptEntries = 1_000
	keptBytes   = 64 << 10
	// More connections to the target than the bench has to the proxy.
	idleConnections = 512
)

// Entry is one exchange.
type Entry struct {
	Sequence      int64
	Begun         time.Time
	Took          time.Duration
	Method, Path  string
	Status        int
	Fields, Reply http.Header
	Request       []byte
	Response      []byte
}

// TrafficLogger keeps the last entries in a ring under a mutex.
type TrafficLogger struct {
	mu      sync.Mutex
	entries [keptEntries]Entry
	total   int64
}

// Log overwrites the oldest entry.
func (t *TrafficLogger) Log(entry Entry) {
	t.mu.Lock()
	defer t.mu.Unlock()
	entry.Sequence = t.total
	t.entries[t.total%keptEntries] = entry
	t.total++
}

// tee keeps the beginning of what is read through it; ended is called once, at its end.
type tee struct {
	io.ReadCloser
	kept  []byte
	ended func(kept []byte)
}

func (t *tee) Read(p []byte) (int, error) {
	n, err := t.ReadCloser.Read(p)
	t.kept = append(t.kept, p[:min(n, keptBytes-len(t.kept))]...)
	return n, err
}

func (t *tee) Close() error {
	if t.ended != nil {
		t.ended(t.kept)
		t.ended = nil
	}
	return t.ReadCloser.Close()
}

func main() {
	target, err := url.Parse(os.Args[1])
	if err != nil {
		fail(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fail(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	fail(http.Serve(listener, newProxy(target, &TrafficLogger{})))
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// key of the time at which an exchange began, in its request's context.
type key struct{}

func newProxy(target *url.URL, logger *TrafficLogger) http.Handler {
	proxy := &httputil.ReverseProxy{
		Rewrite: func(request *httputil.ProxyRequest) {
			request.SetURL(target)
			request.SetXForwarded()
		},
		// Clients that leave in the midst; what else fails is counted by who asks.
		ErrorLog: log.New(io.Discard, "", 0),
		Transport: &http.Transport{
			MaxIdleConns: idleConnections, MaxIdleConnsPerHost: idleConnections, DisableCompression: true,
		},
		ModifyResponse: func(response *http.Response) error {
			if response.StatusCode != http.StatusSwitchingProtocols {
				response.Body = logged(response, logger)
			}
			return nil
		},
	}
	return http.HandlerFunc(func(reply http.ResponseWriter, request *http.Request) {
		exchange := &exchange{begun: time.Now()}
		if request.Body != nil && request.Body != http.NoBody {
			exchange.request = &tee{ReadCloser: request.Body}
			request.Body = exchange.request
		}
		proxy.ServeHTTP(reply, request.WithContext(context.WithValue(request.Context(), key{}, exchange)))
	})
}

// exchange is what is known of one before its response.
type exchange struct {
	begun   time.Time
	request *tee
}

// logged makes an entry of the exchange when the response's body has been read.
func logged(response *http.Response, logger *TrafficLogger) io.ReadCloser {
	request := response.Request
	exchange := request.Context().Value(key{}).(*exchange)
	return &tee{ReadCloser: response.Body, ended: func(kept []byte) {
		entry := Entry{
			Begun: exchange.begun, Took: time.Since(exchange.begun), Method: request.Method, Path: request.URL.RequestURI(),
			Status: response.StatusCode, Fields: request.Header, Reply: response.Header, Response: kept,
		}
		if exchange.request != nil {
			entry.Request = exchange.request.kept
		}
		logger.Log(entry)
	}}
}
