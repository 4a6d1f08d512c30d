// The server of the benchmark of peers: it counts what reaches it, and does what a line on its input says.
//
//	server [cert.pem key.pem]   prints the port for ws and, with a certificate, the port for wss
//
// Commands, each answered by one line:
//
//	wait N SECONDS            "N MS" when N connections are open, or how many are when the time is over
//	pings                     how many pings have come since the start
//	flood TOTAL SIZE BATCH    sends TOTAL text messages of SIZE bytes over all connections, BATCH of them in a write; how many it sent
//	cut                       resets all connections; how many
package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

var (
	upgrader = websocket.Upgrader{ReadBufferSize: 512, WriteBufferPool: &sync.Pool{}, CheckOrigin: func(*http.Request) bool { return true }}
	guard    sync.Mutex
	open     = map[*websocket.Conn]bool{}
	pings    int64
)

func serve(answer http.ResponseWriter, request *http.Request) {
	connection, err := upgrader.Upgrade(answer, request, nil)
	if err != nil {
		return
	}
	connection.SetPingHandler(func(payload string) error {
		atomic.AddInt64(&pings, 1)
		return connection.WriteControl(websocket.PongMessage, []byte(payload), time.Now().Add(time.Minute))
	})
	guard.Lock()
	open[connection] = true
	guard.Unlock()
	for {
		if _, _, err := connection.NextReader(); err != nil {
			break
		}
	}
	guard.Lock()
	delete(open, connection)
	guard.Unlock()
	connection.Close()
}

func count() int {
	guard.Lock()
	defer guard.Unlock()
	return len(open)
}

func all() []*websocket.Conn {
	guard.Lock()
	defer guard.Unlock()
	connections := make([]*websocket.Conn, 0, len(open))
	for connection := range open {
		connections = append(connections, connection)
	}
	return connections
}

func wait(wanted, seconds int) string {
	begun := time.Now()
	for count() < wanted && time.Since(begun) < time.Duration(seconds)*time.Second {
		time.Sleep(2 * time.Millisecond)
	}
	return fmt.Sprintf("%d %d", count(), time.Since(begun).Milliseconds())
}

// frames has a number of unmasked text messages of one size, one after the other.
func frames(size, number int) []byte {
	head := []byte{0x81}
	if size < 126 {
		head = append(head, byte(size))
	} else {
		head = binary.BigEndian.AppendUint16(append(head, 126), uint16(size))
	}
	return bytes.Repeat(append(head, bytes.Repeat([]byte{'x'}, size)...), number)
}

func flood(total, size, batch int) int64 {
	connections := all()
	if len(connections) == 0 {
		return 0
	}
	each := total / len(connections)
	message := len(frames(size, 1))
	buffer := frames(size, batch)
	writers := len(connections)
	if writers > 16 {
		writers = 16
	}
	var sent int64
	var done sync.WaitGroup
	for writer := 0; writer < writers; writer++ {
		done.Add(1)
		go func(first int) {
			defer done.Done()
			for left := each; left > 0; left -= batch {
				number := batch
				if left < batch {
					number = left
				}
				for at := first; at < len(connections); at += writers {
					if _, err := connections[at].UnderlyingConn().Write(buffer[:number*message]); err == nil {
						atomic.AddInt64(&sent, int64(number))
					}
				}
			}
		}(writer)
	}
	done.Wait()
	return sent
}

func cut() int {
	connections := all()
	for _, connection := range connections {
		raw := connection.UnderlyingConn()
		if wrapped, ok := raw.(interface{ NetConn() net.Conn }); ok {
			raw = wrapped.NetConn()
		}
		if tcp, ok := raw.(*net.TCPConn); ok {
			tcp.SetLinger(0)
			tcp.Close()
		}
	}
	return len(connections)
}

func listen() net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	return listener
}

func main() {
	server := &http.Server{Handler: http.HandlerFunc(serve), ErrorLog: log.New(io.Discard, "", 0)}
	go server.Serve(listen())
	if len(os.Args) > 2 {
		go server.ServeTLS(listen(), os.Args[1], os.Args[2])
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var a, b, c int
		line := lines.Text()
		switch {
		case scan(line, "wait %d %d", &a, &b):
			fmt.Println(wait(a, b))
		case line == "pings":
			fmt.Println(atomic.LoadInt64(&pings))
		case scan(line, "flood %d %d %d", &a, &b, &c):
			fmt.Println(flood(a, b, c))
		case line == "cut":
			fmt.Println(cut())
		default:
			fmt.Println("not understood: " + line)
		}
	}
}

func scan(line, format string, places ...interface{}) bool {
	read, err := fmt.Sscanf(line, format, places...)
	return err == nil && read == len(places)
}
