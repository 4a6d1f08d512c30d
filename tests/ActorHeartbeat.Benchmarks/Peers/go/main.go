// Go with gorilla, as its users write it: a goroutine that reads and one that pings, and a loop that dials again.
//
//	client URL COUNT PING-SECONDS   "heap" on its input is answered by the bytes in use after a collection
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"time"

	"github.com/gorilla/websocket"
)

func keep(dialer *websocket.Dialer, url string, ping time.Duration, room chan bool) {
	for {
		room <- true
		connection, _, err := dialer.Dial(url, nil)
		<-room
		if err == nil {
			pump(connection, ping)
		}
		time.Sleep(time.Second)
	}
}

func pump(connection *websocket.Conn, ping time.Duration) {
	defer connection.Close()
	end := make(chan struct{})
	defer close(end)
	alive := func() { connection.SetReadDeadline(time.Now().Add(2 * ping)) }
	connection.SetPongHandler(func(string) error { alive(); return nil })
	alive()
	go func() {
		ticks := time.NewTicker(ping)
		defer ticks.Stop()
		for {
			select {
			case <-ticks.C:
				if connection.WriteControl(websocket.PingMessage, nil, time.Now().Add(10*time.Second)) != nil {
					return
				}
			case <-end:
				return
			}
		}
	}()
	for {
		if _, _, err := connection.ReadMessage(); err != nil {
			return
		}
		alive()
	}
}

func main() {
	count, _ := strconv.Atoi(os.Args[2])
	seconds, _ := strconv.Atoi(os.Args[3])
	dialer := &websocket.Dialer{HandshakeTimeout: 30 * time.Second}
	if file := os.Getenv("PEERS_CA"); file != "" {
		pem, err := os.ReadFile(file)
		if err != nil {
			panic(err)
		}
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(pem)
		dialer.TLSClientConfig = &tls.Config{RootCAs: roots}
	}
	room := make(chan bool, 100)
	for number := 0; number < count; number++ {
		go keep(dialer, os.Args[1], time.Duration(seconds)*time.Second, room)
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		runtime.GC()
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		fmt.Println(memory.HeapAlloc)
	}
}
